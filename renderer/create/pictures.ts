/** Finding the pictures that recipes and settings name, in whichever document has them. */
import { findLayer } from '../document/layers/tree.js';
import type { Raster, StudioDocument } from '../document/types.js';
import type { Studio } from '../state/studio.svelte.js';
import type { PictureSource } from './origin.js';

/** Documents, the shown one first: what is copied from one to another names pictures of that. */
const homesOf = ({ documents }: Studio) => documents.lastShownFirst;

/** Whether a picture can be had of it. */
export function isThere(studio: Studio, document: StudioDocument, source: PictureSource): boolean {
  if ('layer' in source) return findLayer(document, source.layer) !== undefined;
  return homesOf(studio).some(({ pictures }) => pictures.find(source.picture) !== undefined);
}

/** A picture with its pixels; null where they are not there any more. @throws StudioError */
export async function pictureOf(studio: Studio, name: string): Promise<Raster | null> {
  for (const { pictures, released } of homesOf(studio)) {
    const found = pictures.find(name);
    if (!found) continue;
    const read = await released.filled(found);
    pictures.add(name, read);
    return read;
  }
  return null;
}
