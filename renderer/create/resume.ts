/** Runs that were on their way when the page was loaded again, or the program came to its end. */
import type { RunRequest } from '../../preload/contract.js';
import type { NodeId } from '../document/history/tree.js';
import type { Raster } from '../document/types.js';
import { t } from '../i18n/index.svelte.js';
import type { Strengths } from '../state/consistency.svelte.js';
import type { OpenDocument } from '../state/open-document.svelte.js';
import type { Studio } from '../state/studio.svelte.js';
import type { Placement } from './candidates.js';
import { editInputs, editSource } from './inputs.js';
import { isThere } from './pictures.js';

/** What is kept of a run: all but the pixels that it is made of. */
export interface KeptRun {
  /** The services' number of it. */
  readonly id: number;
  readonly request: RunRequest;
  /** How strongly references enter, in the order of the placement's origin. */
  readonly strengths: readonly Strengths[];
  readonly placement: Placement;
  /** The state that an edit is made of. */
  readonly of: NodeId | null;
  /** Somebody waited for it who is gone with the page: it is not made as candidates. */
  readonly waited: boolean;
}

/** What is to be kept of a run. */
export function keptRun(
  id: number,
  request: RunRequest,
  placement: Placement,
  of: NodeId | null,
  waited: boolean,
): KeptRun {
  const strengths = request.references.map(({ semantics, appearance, structure }) => ({
    semantics,
    appearance,
    structure,
  }));
  const bare = { ...request, image: null, mask: null, references: [] };
  return { id, request: bare, strengths, placement, of, waited };
}

/** What an edit was made of, once it is wanted. @throws StudioError, DocumentError */
export async function sourceOfRun(
  studio: Studio,
  { released }: OpenDocument,
  { request, placement, of }: KeptRun,
): Promise<Raster | null> {
  if (request.kind === 'generate' || of === null) return null;
  return editSource(studio, await released.read(of), placement.origin?.target ?? null);
}

/** A run, ready to be started again. @throws StudioError, DocumentError */
export async function prepareAgain(studio: Studio, open: OpenDocument, run: KeptRun) {
  const { request, strengths, placement, of } = run;
  if (request.kind === 'generate' || of === null) return { request, placement, source: null, of };
  const document = await open.released.read(of);
  const { target = null, references = [] } = placement.origin ?? {};
  const sources = references.flatMap((source, index) => {
    const strength = strengths[index];
    return source && strength && isThere(studio, document, source)
      ? [{ source, strengths: strength }]
      : [];
  });
  if (sources.length < references.length) studio.ui.toast('info', t('history.withoutReferences'));
  const { pictures, source } = await editInputs(studio, document, { target, references: sources });
  const origin = { target, references: sources.map((one) => one.source) };
  return { request: { ...request, ...pictures }, placement: { ...placement, origin }, source, of };
}
