/** Layers of opened files as layers of a document, their pixels and masks fetched. */
import type { WireLayer, WireMask } from '../../preload/contract.js';
import type { Client } from '../bridge/client.js';
import { fetchRaster } from '../bridge/pictures.js';
import { createAdjustment, createGroup, createRasterLayer } from '../document/create.js';
import { invertMask } from '../document/pixels/mask-operations.js';
import { maskFromRows } from '../document/selection/mask-rows.js';
import { BLEND_MODES } from '../document/types.js';
import type { Layer, LayerMask, Mask } from '../document/types.js';

/** Size of the document that they come from. */
interface Size {
  readonly width: number;
  readonly height: number;
}

/** Makes layers, bottom first. @throws StudioError where pixels are missing */
export async function layersOf(
  client: Client,
  wires: readonly WireLayer[],
  size: Size,
): Promise<Layer[]> {
  const made: Layer[] = [];
  for (const wire of wires) {
    const { name, visible, opacity, clipped = false } = wire;
    const blendMode = BLEND_MODES.find((mode) => mode === wire.blendMode) ?? 'normal';
    const mask = wire.mask ? await fetchMask(client, wire.mask, size) : null;
    const common = { name, visible, opacity, blendMode, clipped, mask };
    if (wire.type === 'group') {
      const { passThrough = false } = wire;
      made.push(
        createGroup({
          ...common,
          passThrough,
          children: await layersOf(client, wire.children, size),
        }),
      );
    } else if (wire.type === 'adjustment') {
      made.push(createAdjustment({ ...common, adjustment: wire.adjustment }));
    } else {
      const { x, y } = wire;
      const raster = await fetchRaster(client, wire.pixels, wire.width, wire.height);
      made.push(createRasterLayer({ ...common, raster, x, y }));
      client.drop(wire.pixels);
    }
  }
  return made;
}

async function fetchMask(client: Client, wire: WireMask, size: Size): Promise<LayerMask> {
  const { pixels, enabled } = wire;
  const bytes = await client.bytes(pixels);
  client.drop(pixels);
  return { mask: maskOf(bytes, wire, size), enabled };
}

/** A mask of the document's size of what a file has of it: a part, and what it is elsewhere. */
export function maskOf(
  bytes: Uint8ClampedArray,
  { x, y, width, height, outside }: Pick<WireMask, 'x' | 'y' | 'width' | 'height' | 'outside'>,
  size: Size,
): Mask {
  const mask = maskFromRows(size.width, size.height, { x, y, width, height }, (v, row, left) => {
    const from = (v - y) * width + left - x;
    // What is white elsewhere is made black elsewhere, and inverted.
    for (let k = 0; k < row.length; k++) row[k] = (bytes[from + k] ?? 0) ^ outside;
  });
  return outside === 255 ? invertMask(mask) : mask;
}
