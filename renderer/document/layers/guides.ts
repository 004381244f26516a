/** Lines that things snap to. */
import { DocumentError } from '../errors.js';
import type { Guide, StudioDocument } from '../types.js';
import { MAX_GUIDES, checkFinite } from './limits.js';

/** @throws DocumentError BAD_VALUE, TOO_MANY_GUIDES */
export function addGuide(document: StudioDocument, guide: Guide): StudioDocument {
  checkFinite([guide.position]);
  if (document.guides.length >= MAX_GUIDES) {
    throw new DocumentError('TOO_MANY_GUIDES', `A document has at most ${MAX_GUIDES} guides.`);
  }
  return { ...document, guides: [...document.guides, guide] };
}

/** @throws DocumentError BAD_VALUE, NO_SUCH_GUIDE */
export function moveGuide(
  document: StudioDocument,
  index: number,
  position: number,
): StudioDocument {
  checkFinite([position]);
  const guide = requireGuide(document, index);
  if (guide.position === position) return document;
  return { ...document, guides: document.guides.with(index, { ...guide, position }) };
}

/** @throws DocumentError NO_SUCH_GUIDE */
export function removeGuide(document: StudioDocument, index: number): StudioDocument {
  requireGuide(document, index);
  return { ...document, guides: document.guides.toSpliced(index, 1) };
}

export function clearGuides(document: StudioDocument): StudioDocument {
  return document.guides.length === 0 ? document : { ...document, guides: [] };
}

function requireGuide({ guides }: StudioDocument, index: number): Guide {
  const guide = guides[index];
  if (guide) return guide;
  throw new DocumentError('NO_SUCH_GUIDE', 'The guide is no longer there.');
}
