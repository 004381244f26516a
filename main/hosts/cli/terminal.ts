import type { EngineEvent } from '../../engine/events.js';
import type { Messages } from '../../services/i18n/index.js';

/** The part of a stream that is written to. */
export interface Sink {
  readonly isTTY?: boolean | undefined;
  write(text: string): unknown;
}

const CLEAR_LINE = '\r\u001B[K';
const BAR_WIDTH = 24;

/**
 * Where the command line speaks: results on stdout, progress and errors on stderr. With `json`
 * nothing but the last line is said, and errors.
 */
export class Terminal {
  readonly json: boolean;
  readonly #out: Sink;
  readonly #err: Sink;
  readonly #messages: Messages;
  #shown = '';
  #stage = '';

  constructor(json: boolean, messages: Messages, out: Sink, err: Sink) {
    this.json = json;
    this.#messages = messages;
    this.#out = out;
    this.#err = err;
  }

  /** Whether progress is one line that is written anew. */
  get updates(): boolean {
    return this.#err.isTTY === true;
  }

  /** A line for people. */
  say(line: string): void {
    if (!this.json) this.#out.write(`${line}\n`);
  }

  /** A line about what goes on, which is no result. */
  note(line: string): void {
    if (this.json) return;
    this.clearProgress();
    this.#err.write(`${line}\n`);
  }

  /** A line about what went wrong. */
  error(line: string): void {
    this.#err.write(`${line}\n`);
  }

  /** The one line of `--json`. */
  result(value: object): void {
    this.#out.write(`${JSON.stringify(value)}\n`);
  }

  /** One updating line where there is a terminal; elsewhere a line for each stage. */
  progress(event: EngineEvent): void {
    if (this.json || event.type !== 'progress') return;
    const label = this.#messages.stages[event.stage];
    this.status(label, event.total > 0 ? event.step / event.total : 0);
  }

  /** @param share how much is done, 0 to 1 */
  status(label: string, share: number): void {
    if (this.json) return;
    if (this.#err.isTTY !== true) {
      if (label !== this.#stage) this.#err.write(`${label} ...\n`);
      this.#stage = label;
      return;
    }
    const full = Math.round(share * BAR_WIDTH);
    const bar = '█'.repeat(full) + '░'.repeat(BAR_WIDTH - full);
    const line = `${bar} ${label}`;
    if (line !== this.#shown) this.#err.write(CLEAR_LINE + line);
    this.#shown = line;
  }

  /** Takes the updating line away. */
  clearProgress(): void {
    if (this.#shown !== '') this.#err.write(CLEAR_LINE);
    this.#shown = '';
  }
}
