/**
 * The work of this very tab, opened again when its page was loaded anew or has crashed. What is
 * open is noted beside the page, where it lasts as long as the tab; the work itself is on disk.
 */
import { toStudioError } from '../bridge/client.js';
import { t } from '../i18n/index.svelte.js';
import type { Studio } from './studio.svelte.js';

const KEY = 'nativa.open';
/** How often opening is begun without coming to its end, lest work that crashes the page does so for ever. */
const TRIES = 3;

/** What was open in a tab. */
export interface Left {
  /** The run of the services: work of an earlier one is offered, not opened. */
  readonly session: string;
  /** Ids of the documents' work on disk, from the first tab to the last. */
  readonly open: readonly string[];
  /** The one of them that was shown. */
  readonly shown: string | null;
  /** How often it was tried to open them again since. */
  readonly tries: number;
}

/** What a note says; null where it says nothing that can be understood. */
export function readLeft(note: string | null): Left | null {
  try {
    const { session, open, shown, tries } = JSON.parse(note ?? 'null') as Partial<Left>;
    if (typeof session !== 'string' || !Array.isArray(open)) return null;
    const ids = open.filter((id) => typeof id === 'string');
    return {
      session,
      open: ids,
      shown: typeof shown === 'string' ? shown : null,
      tries: typeof tries === 'number' ? tries : 0,
    };
  } catch {
    return null;
  }
}

/** Work on disk that was open in this tab, in the order of its tabs, and the rest. */
export function sorted<R extends { readonly id: string }>(
  left: Left | null,
  session: string,
  recoveries: readonly R[],
): { readonly mine: readonly R[]; readonly others: readonly R[] } {
  const open = left?.session === session && left.tries < TRIES ? left.open : [];
  const mine = open.flatMap((id) => recoveries.find((recovery) => recovery.id === id) ?? []);
  return { mine, others: recoveries.filter((recovery) => !mine.includes(recovery)) };
}

/**
 * Opens what was open in this tab, and from then on notes what is. What cannot be read stays on disk
 * and is offered as the work of an earlier run is.
 */
export async function reopen(studio: Studio): Promise<void> {
  const { session } = studio.start;
  const left = readLeft(stored());
  const { mine, others } = sorted(left, session, studio.recoveries);
  if (left) store({ ...left, tries: left.tries + 1 });
  // Nobody opens it a second time meanwhile.
  studio.recoveries = others;
  const names: string[] = [];
  for (const recovery of mine) {
    try {
      await studio.files.recover(recovery);
      names.push(t('replay.quoted', { name: recovery.name }));
    } catch (error) {
      studio.recoveries = [...studio.recoveries, recovery];
      studio.failed(`${recovery.name}: ${studio.editor.explain(toStudioError(error))}`);
    }
  }
  const shown = studio.documents.list.find(({ editor }) => editor.id === left?.shown);
  if (shown && names.length > 0) studio.documents.show(shown);
  if (names.length > 0) studio.ui.toast('info', t('app.reopened', { names: names.join(', ') }));
  note(studio, session);
}

/** Notes what is open, whenever that changes. */
function note(studio: Studio, session: string): void {
  $effect.root(() => {
    $effect(() => {
      const { list, current } = studio.documents;
      const open = list.map(({ editor }) => editor.id).filter((id) => id !== '');
      store({ session, open, shown: current.editor.id, tries: 0 });
    });
  });
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
