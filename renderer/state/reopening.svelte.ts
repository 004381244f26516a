/**
 * The documents of this very tab, opened again when its page was loaded anew or has crashed. What is
 * open is noted beside the page, where it lasts as long as the tab; changed work is on disk, and so
 * are the files of documents that were not changed.
 */
import { untrack } from 'svelte';
import { z } from 'zod';
import { asksOf, asksSchema, restoreAsks } from '../create/asks.js';
import { toStudioError } from '../bridge/client.js';
import { t } from '../i18n/index.svelte.js';
import type { Studio } from './studio.svelte.js';

const KEY = 'nativa.open';
/** How often opening is begun without coming to its end, lest work that crashes the page does so for ever. */
const TRIES = 3;

const number = z.number();
const lookSchema = z.object({
  zoom: number,
  angle: number,
  middle: z.object({ x: number, y: number }),
});
/** What is noted of a document. */
const noteSchema = z.object({
  name: z.string(),
  /** Number of the given file that it was opened from. */
  origin: number.nullable(),
  /** Of a canvas that nothing was done to, its size. */
  blank: z.object({ width: z.int().min(1), height: z.int().min(1) }).nullable(),
  look: lookSchema,
  /** Nothing is begun in it. */
  empty: z.boolean().optional().catch(undefined),
  /** What is typed and set there, and not run yet. */
  asks: asksSchema.optional().catch(undefined),
});
type Note = z.output<typeof noteSchema>;

const leftSchema = z.object({
  /** The run of the services: work of an earlier one is offered, not opened. */
  session: z.string(),
  /** Ids of the documents, from the first tab to the last. */
  open: z.array(z.unknown()).transform((ids) => ids.filter((id) => typeof id === 'string')),
  /** The one of them that was shown. */
  shown: z.string().nullable().catch(null),
  /** How often it was tried to open them again since. */
  tries: number.catch(0),
  /** What is known of each, by its id. */
  notes: z.record(z.string(), noteSchema).catch({}),
});
/** What was open in a tab. */
export type Left = z.output<typeof leftSchema>;

/** What a note says; null where it says nothing that can be understood. */
export function readLeft(note: string | null): Left | null {
  try {
    return leftSchema.parse(JSON.parse(note ?? 'null'));
  } catch {
    return null;
  }
}

/** Documents that are to be opened again, the one that was shown first. */
export function wanted(left: Left | null, session: string): readonly string[] {
  if (left?.session !== session || left.tries >= TRIES) return [];
  return left.open.toSorted((one, other) => +(other === left.shown) - +(one === left.shown));
}

/**
 * Opens what was open in this tab, and from then on notes what is. Work that cannot be read stays on
 * disk and is offered as that of an earlier run is.
 */
export async function reopen(studio: Studio): Promise<void> {
  const { documents, start } = studio;
  const left = readLeft(stored());
  const ids = wanted(left, start.session);
  const works = new Map(studio.recoveries.map((recovery) => [recovery.id, recovery]));
  if (left) store({ ...left, tries: left.tries + 1 });
  // Nobody opens it a second time meanwhile.
  studio.recoveries = studio.recoveries.filter(({ id }) => !ids.includes(id));
  const recovered = new Map<string, string>();
  // The first takes the tab that is there.
  let behind = !documents.current.untouched;
  for (const id of ids) {
    const work = works.get(id);
    const name = work?.name ?? left?.notes[id]?.name ?? '';
    try {
      if (work) await studio.files.recover(work, behind);
      else await openUnchanged(studio, id, behind, left?.notes[id]);
      behind ||= documents.list.some(({ editor }) => editor.id === id);
      if (work) recovered.set(id, t('replay.quoted', { name }));
    } catch (error) {
      if (work) studio.recoveries = [...studio.recoveries, work];
      studio.failed(`${name}: ${studio.editor.explain(toStudioError(error))}`);
    }
    restore(studio, id, left?.notes[id]);
  }
  for (const [place, id] of (left?.open ?? []).entries()) {
    const open = documents.list.find(({ editor }) => editor.id === id);
    if (open) documents.move(open, place);
  }
  const names = (left?.open ?? []).flatMap((id) => recovered.get(id) ?? []);
  if (names.length > 0) studio.ui.toast('info', t('app.reopened', { names: names.join(', ') }));
  note(studio);
}

/** A document without work on disk: as its file is, or an empty canvas. */
async function openUnchanged(
  studio: Studio,
  id: string,
  behind: boolean,
  known?: Note,
): Promise<void> {
  if (!known) return;
  const { documents, files } = studio;
  if (!known.blank && known.empty !== true) return files.reopen(known.name, { id, behind });
  const open = behind ? documents.behind() : documents.fresh();
  open.editor.id = id;
  if (!known.blank) return;
  const { width, height } = known.blank;
  studio.begin(open, width, height, { id, name: known.name });
}

/** What of a document is not in its file. */
function restore({ documents }: Studio, id: string, known?: Note): void {
  const open = documents.list.find(({ editor }) => editor.id === id);
  if (!open || !known) return;
  open.editor.origin = known.origin;
  open.view.restore(known.look);
  if (known.asks) restoreAsks(open, known.asks);
}

/** Notes what is open, whenever that changes; how it is looked at, when the page goes. */
function note(studio: Studio): void {
  const write = (): void => {
    store(leftOf(studio));
  };
  window.addEventListener('pagehide', write);
  let noted = '';
  $effect.root(() => {
    $effect(() => {
      const left = leftOf(studio);
      // Writing takes long, and most of what is done to a document changes nothing of it.
      const text = JSON.stringify(left, (key, value: unknown) =>
        key === 'look' ? undefined : value,
      );
      if (text === noted) return;
      noted = text;
      store(left);
    });
  });
}

function leftOf({ documents, start }: Studio): Left {
  const { list, current } = documents;
  const open = list.filter(({ editor, create, pending }) => {
    return editor.document !== null || pending || create.prompt.trim() !== '';
  });
  const notes = open.map((one): [string, Note] => {
    const { editor, view } = one;
    const { document, dirty, name, origin, tree } = editor;
    const begun = tree?.nodes.size === 1 && origin === null && !dirty;
    const blank =
      begun && document?.layers.length === 0
        ? { width: document.width, height: document.height }
        : null;
    const look = untrack(() => view.look);
    const asks = asksOf(one);
    return [editor.id, { name, origin, blank, look, empty: document === null, asks }];
  });
  return {
    session: start.session,
    open: open.map(({ editor }) => editor.id),
    shown: current.editor.id,
    tries: 0,
    notes: Object.fromEntries(notes),
  };
}

function stored(): string | null {
  try {
    return sessionStorage.getItem(KEY);
  } catch {
    // Storage is switched off: the work is offered instead.
    return null;
  }
}

function store(left: Left): void {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(left));
  } catch {
    // As above.
  }
}
