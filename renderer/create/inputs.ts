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

/** Whether a picture can be had of it. */
export function isThere(document: StudioDocument, source: PictureSource): boolean {
  return 'raster' in source || findLayer(document, source.layer) !== undefined;
}

/**
 * Uploads the pictures of an edit.
 * @returns the request's part of them, and the picture that the result is compared with
 */
export async function editInputs(
  { compositor, client, work }: Studio,
  document: StudioDocument,
  { target, references }: EditSources,
): Promise<{
  readonly pictures: Pick<RunRequest, 'image' | 'mask' | 'references'>;
  readonly source: Raster;
}> {
  const { width, height } = document;
  const layer = target === null ? undefined : findLayer(document, target);
  const look = (one: Layer): Promise<Uint8ClampedArray> =>
    flattenLayers(compositor, document, [alone(one)], GROUND);
  const data = layer ? await look(layer) : await flatten(compositor, document, GROUND);
  const mask = editMask(document);
  const pictures = {
    image: { blob: await uploadPixels(client, data), width, height },
    mask: mask && { blob: await uploadPixels(client, maskPicture(mask)), width, height },
    references: [] as RunRequest['references'],
  };
  for (const { source, strengths } of references) {
    const found = 'layer' in source ? findLayer(document, source.layer) : undefined;
    if ('layer' in source && !found) continue;
    const size = 'raster' in source ? source.raster : document;
    const pixels = 'raster' in source ? pixelsOf(source.raster) : found && (await look(found));
    if (!pixels) continue;
    const blob = await uploadPixels(client, pixels);
    const image = { blob, width: size.width, height: size.height };
    pictures.references.push({ ...strengths, image });
  }
  const give = { give: [data.buffer] };
  return { pictures, source: await work.worker.run('raster', { data, width, height }, give) };
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
