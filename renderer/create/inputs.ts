/** The pictures that an edit is made of, as they are now, on their way to the engine. */
import type { RunRequest } from '../../preload/contract.js';
import { uploadPixels } from '../bridge/pictures.js';
import { findLayer } from '../document/layers/tree.js';
import { flatten, flattenLayers } from '../document/pixels/flatten.js';
import { maskBytes } from '../document/pixels/mask-operations.js';
import { pixelsOf } from '../document/pixels/tiles.js';
import { combine } from '../document/selection/combine.js';
import type { Layer, LayerId, Mask, Raster, StudioDocument } from '../document/types.js';
import type { Strengths } from '../state/consistency.svelte.js';
import type { Studio } from '../state/studio.svelte.js';
import type { PictureSource } from './origin.js';
import { pictureOf } from './pictures.js';

/** What an edit is made of. */
export interface EditSources {
  /** The layer to be edited; null: the whole picture. */
  readonly target: LayerId | null;
  readonly references: readonly {
    readonly source: PictureSource;
    readonly strengths: Strengths;
  }[];
}

/** What is transparent is white to the model; only what it changes becomes part of the result. */
const GROUND = { background: '#ffffff' };

/** Whether there is something in it that can be edited; on an empty canvas pictures are made. */
export function isEditable(document: StudioDocument | null): document is StudioDocument {
  return document !== null && document.layers.length > 0;
}

/**
 * Uploads the pictures of an edit.
 * @returns the request's part of them, and the picture that the result is compared with
 */
export async function editInputs(
  studio: Studio,
  document: StudioDocument,
  { target, references }: EditSources,
): Promise<{
  readonly pictures: Pick<RunRequest, 'image' | 'mask' | 'references'>;
  readonly source: Raster;
}> {
  const { client } = studio;
  const { width, height } = document;
  const data = await edited(studio, document, target);
  const mask = editMask(document);
  const pictures = {
    image: { blob: await uploadPixels(client, data), width, height },
    mask: mask && { blob: await uploadPixels(client, maskPicture(mask)), width, height },
    references: [] as RunRequest['references'],
  };
  for (const { source, strengths } of references) {
    const found = await referred(studio, document, source);
    if (!found) continue;
    const blob = await uploadPixels(client, found.data);
    const image = { blob, width: found.width, height: found.height };
    pictures.references.push({ ...strengths, image });
  }
  return { pictures, source: await rasterOf(studio, data, document) };
}

/** What an edit was made of, once more. */
export async function editSource(
  studio: Studio,
  document: StudioDocument,
  target: LayerId | null,
): Promise<Raster> {
  return rasterOf(studio, await edited(studio, document, target), document);
}

/** Pixels of the layer that is edited, or of the whole picture. */
function edited(
  { compositor }: Studio,
  document: StudioDocument,
  target: LayerId | null,
): Promise<Uint8ClampedArray> {
  const layer = target === null ? undefined : findLayer(document, target);
  if (!layer) return flatten(compositor, document, GROUND);
  return flattenLayers(compositor, document, [alone(layer)], GROUND);
}

/** Pixels of something that is referred to; null where it is not there. */
async function referred(studio: Studio, document: StudioDocument, source: PictureSource) {
  if ('picture' in source) {
    const raster = await pictureOf(studio, source.picture);
    return raster && { data: pixelsOf(raster), width: raster.width, height: raster.height };
  }
  const { layer } = source;
  if (!findLayer(document, layer)) return null;
  const { width, height } = document;
  return { data: await edited(studio, document, layer), width, height };
}

function rasterOf(
  { work }: Studio,
  data: Uint8ClampedArray,
  { width, height }: StudioDocument,
): Promise<Raster> {
  return work.worker.run('raster', { data, width, height }, { give: [data.buffer] });
}

/** The mask an edit may work in: the selection without what is protected; null: everywhere. */
function editMask({ selection, protection }: StudioDocument): Mask | null {
  if (!protection) return selection;
  return combine(selection, protection, 'subtract');
}

/** A mask as the engine takes one: white where the picture may change. */
function maskPicture(mask: Mask): Uint8ClampedArray {
  const bytes = maskBytes(mask);
  const out = new Uint8ClampedArray(bytes.length * 4);
  const words = new Uint32Array(out.buffer);
  for (let i = 0; i < bytes.length; i++) {
    const value = bytes[i] ?? 0;
    words[i] = 0xff000000 | (value << 16) | (value << 8) | value;
  }
  return out;
}

/** A layer as it looks without those around it. */
function alone(layer: Layer): Layer {
  return { ...layer, visible: true, opacity: 1, blendMode: 'normal', clipped: false };
}
