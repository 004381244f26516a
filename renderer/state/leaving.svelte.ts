/** Leaving work that is not saved: one document, or the window with all of them. */
import type { OpenDocument } from './open-document.svelte.js';
import { pageShown } from './page-shown.js';
import type { Studio } from './studio.svelte.js';

/** What a person wants: the work saved, lost, or to stay with it. */
export type LeaveAnswer = 'save' | 'lose' | 'stay';

/** What is asked. */
export interface LeaveQuestion {
  readonly name: string;
  /** There is something that can be saved. */
  readonly dirty: boolean;
  /** Pictures are on their way or wait to be chosen from; they are in no file. */
  readonly pending: boolean;
}

export class Leaving {
  /** What the dialog asks. */
  asked = $state.raw<LeaveQuestion | null>(null);
  readonly #studio: Studio;
  #say: (answer: LeaveAnswer) => void = () => undefined;
  #closing = false;

  constructor(studio: Studio) {
    this.#studio = studio;
  }

  /** Closes a document, asking first where something would be lost. */
  async close(open: OpenDocument): Promise<void> {
    if ((await this.#ask(open)) === 'stays') return;
    this.#studio.documents.remove(open);
    this.#studio.attempt(() => open.end());
  }

  /**
   * The host is about to close the window: it is told whether it may. Each document is asked about;
   * nothing is lost before all of them may go.
   */
  async closeWindow(): Promise<void> {
    const { client } = this.#studio;
    if (this.#closing) return;
    this.#closing = true;
    try {
      await client.request('window.closing', { say: 'asking' });
      const leaves = await this.#allMayGo();
      if (leaves) await this.#forgetAll();
      await client.request('window.closing', { say: leaves ? 'leave' : 'stay' });
    } finally {
      this.#closing = false;
    }
  }

  /** What the person says to a question; nothing happens where it is not asked any more. */
  answer(question: LeaveQuestion | null, answer: LeaveAnswer): void {
    if (question === this.asked) this.#say(answer);
  }

  async #allMayGo(): Promise<boolean> {
    const { documents } = this.#studio;
    const unwanted = new Set<OpenDocument>();
    for (const open of documents.list) {
      const said = await this.#ask(open);
      if (said === 'stays') return false;
      if (said === 'lost') unwanted.add(open);
    }
    // Who went on working while another one was written has work again.
    return documents.list.every((open) => unwanted.has(open) || !isAtStake(open));
  }

  /** What was kept on disk of documents that are saved or not wanted must not be offered again. */
  async #forgetAll(): Promise<void> {
    const { list } = this.#studio.documents;
    await Promise.allSettled(list.map((open) => open.autosave.forget(false)));
  }

  /** Asks about a document if something of it would be lost, and saves it if that is wanted. */
  async #ask(open: OpenDocument): Promise<'safe' | 'lost' | 'stays'> {
    const { documents, files } = this.#studio;
    if (open === documents.current) this.#studio.finishGesture();
    open.typing.finish();
    if (!isAtStake(open)) return 'safe';
    documents.show(open);
    await pageShown();
    const answer = await this.#answerOf(open);
    if (answer === 'stay') return 'stays';
    if (answer === 'lose') return 'lost';
    // Who went on drawing while it was written has work again that is not saved.
    return (await files.save(open)) && !open.editor.dirty ? 'safe' : 'stays';
  }

  /** Shows the question. */
  async #answerOf(open: OpenDocument): Promise<LeaveAnswer> {
    const { ui } = this.#studio;
    // An earlier question gives way, and its document stays.
    this.answer(this.asked, 'stay');
    const asked = { name: open.name, dirty: open.editor.dirty, pending: open.keeping.atStake };
    this.asked = asked;
    ui.dialog = 'leave';
    const answer = await new Promise<LeaveAnswer>((resolve) => {
      this.#say = resolve;
    });
    if (this.asked === asked) this.#hide();
    return answer;
  }

  /** Takes the question away, and no dialog that took its place. */
  #hide(): void {
    const { ui } = this.#studio;
    this.asked = null;
    if (ui.dialog === 'leave') ui.dialog = null;
  }
}

/** Whether closing it would lose something. */
function isAtStake({ editor, keeping }: OpenDocument): boolean {
  return editor.dirty || keeping.atStake;
}
