/** What waited beside a document when it was kept, there again. */
import { restoreAsks } from '../create/asks.js';
import { layerNameOf, type CandidateSet } from '../create/candidates.js';
import type { Keepsake } from '../create/keeping.js';
import { isThere } from '../create/pictures.js';
import { sourceOfRun, type KeptRun } from '../create/resume.js';
import { t } from '../i18n/index.svelte.js';
import type { OpenDocument } from './open-document.svelte.js';
import type { Studio } from './studio.svelte.js';

/**
 * Puts it back: what is typed at once, candidates as soon as they are read, runs as far as they go on.
 * @param recovered it was kept on disk; otherwise in a file of the person's
 */
export async function restoreKeepsake(
  studio: Studio,
  open: OpenDocument,
  keepsake: Keepsake,
  recovered: boolean,
): Promise<void> {
  const { keeping, autosave } = open;
  keeping.restoring = true;
  try {
    if (keepsake.asks) restoreAsks(open, keepsake.asks);
    restoreReferences(studio, open, keepsake);
    await restoreCandidates(studio, open, keepsake);
    await restoreRuns(studio, open, keepsake.runs);
  } finally {
    if (recovered) autosave.found();
    else keeping.filed();
    keeping.restoring = false;
  }
}

function restoreReferences(
  studio: Studio,
  { editor, consistency }: OpenDocument,
  { references }: Keepsake,
): void {
  const { document } = editor;
  const there = references.filter(({ source }) => {
    if (document) return isThere(studio, document, source);
    return 'picture' in source;
  });
  consistency.restore(there);
}

/** Those that can be read; one that cannot takes no other with it. */
async function restoreCandidates(
  { ui }: Studio,
  open: OpenDocument,
  { sets, chosen, marked, shelf }: Keepsake,
): Promise<void> {
  const { create, editor } = open;
  const lost: CandidateSet[] = [];
  const read = async (set: CandidateSet): Promise<CandidateSet | null> => {
    try {
      return await filled(open, set);
    } catch {
      lost.push(set);
      return null;
    }
  };
  const waiting: CandidateSet[] = [];
  for (const set of sets) {
    const found = await read(set);
    if (found) waiting.push(found);
  }
  const whole = waiting[0]?.id === sets[0]?.id;
  create.restore(waiting, whole ? chosen : 0, whole ? marked : new Set());
  if (waiting[0]) create.arrived(waiting[0]);
  const { document } = editor;
  for (const { set, last, ...put } of shelf) {
    const found = await read(set);
    const then = last ? document : null;
    if (found) create.shelf = [...create.shelf, { ...put, set: found, document: then }];
  }
  if (lost.length > 0) ui.toast('error', t('candidates.damaged'));
}

/** Candidates with their pixels. @throws StudioError */
async function filled({ released }: OpenDocument, set: CandidateSet): Promise<CandidateSet> {
  const { placement } = set;
  const items: CandidateSet['items'][number][] = [];
  for (const item of set.items) {
    items.push({ ...item, raster: await released.filled(item.raster) });
  }
  const mask = placement.mask && {
    ...placement.mask,
    mask: await released.filled(placement.mask.mask),
  };
  return { ...set, items, placement: { ...placement, mask } };
}

/** Runs that go on or have ended meanwhile are taken up; others can be run again. */
async function restoreRuns(
  studio: Studio,
  open: OpenDocument,
  kept: readonly KeptRun[],
): Promise<void> {
  if (kept.length === 0) return;
  const { client, early, ui } = studio;
  const { create, released } = open;
  const runs: KeptRun[] = [];
  for (const run of kept) {
    const { mask } = run.placement;
    const read = mask && { ...mask, mask: await released.filled(mask.mask).catch(() => null) };
    // Without the selection that it was asked for in it would be something else.
    if (read?.mask === null) continue;
    runs.push({
      ...run,
      placement: { ...run.placement, mask: read && { ...read, mask: read.mask } },
    });
  }
  const jobs = runs.map(({ id }) => id);
  const { going, ended } = await early.during(() => client.request('studio.follow', { jobs }));
  const known = new Set([...going, ...ended.map(({ job }) => job)]);
  const candidates = runs.filter(({ waited }) => !waited);
  // Nobody is there any more who would put these where they belong.
  for (const { id, waited } of runs) {
    if (waited && known.has(id)) void client.request('studio.cancel', { job: id });
  }
  const source = (run: KeptRun) => () => sourceOfRun(studio, open, run);
  const taken = candidates.filter(({ id }) => known.has(id));
  create.takeUp(
    taken.map((run) => ({ run, source: source(run) })),
    ended,
  );
  const stopped = candidates.filter(({ id }) => !known.has(id));
  create.stopped = [...create.stopped, ...stopped];
  const [first] = stopped;
  if (first) {
    const keys = studio.shownKeys('create.repeat');
    const said =
      stopped.length === 1
        ? t('job.stopped', { prompt: layerNameOf(first.request.prompt), keys })
        : t('job.stoppedSome', { count: stopped.length, keys });
    ui.toast('info', said);
  }
  if (candidates.length < runs.length) ui.toast('info', t('job.replayStopped'));
}
