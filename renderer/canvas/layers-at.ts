/** Which layers are seen at a point of the picture. */
import { walk, type Located } from '../document/layers/tree.js';
import type { Compositor } from '../document/pixels/compose.js';
import { maskBytes } from '../document/pixels/mask-operations.js';
import type { Layer, LayerMask, Point, Rect, StudioDocument } from '../document/types.js';
import { boundsOfLayer } from './bounds.js';

/** Less opaque than this, of 255, nothing is seen. */
const FAINT = 8;

/** How a layer is asked what it shows by itself. */
const PLAIN = { opacity: 1, blendMode: 'normal', clipped: false } as const;

/** Layers that show something at a point, the topmost first; groups and adjustments show nothing. */
export function layersAt(
  compositor: Compositor,
  document: StudioDocument,
  point: Point,
): readonly Located[] {
  const { width, height } = document;
  const canvas = { x: 0, y: 0, width, height };
  const pixel = { x: Math.floor(point.x), y: Math.floor(point.y), width: 1, height: 1 };
  if (!touches(canvas, pixel)) return [];
  const shows = (layer: Layer): boolean => {
    const bounds = boundsOfLayer(layer);
    if (!layer.visible || !bounds || !touches(bounds, pixel)) return false;
    const [, , , alpha = 0] = compositor.composeRegion([{ ...layer, ...PLAIN }], canvas, pixel);
    return alpha > FAINT;
  };
  const within = ({ layer, parents, index }: Located): boolean => {
    const open = parents.every(({ visible, mask }) => visible && lets(mask, pixel));
    if (!open || !layer.clipped) return open;
    const siblings = parents.at(-1)?.children ?? document.layers;
    const base = siblings.findLast((below, at) => at < index && !below.clipped);
    return !base || base.type === 'adjustment' || shows(base);
  };
  return [...walk(document.layers)]
    .filter(({ layer }) => layer.type !== 'group' && layer.type !== 'adjustment')
    .reverse()
    .filter((located) => within(located) && shows(located.layer));
}

/** Whether a group's mask lets a pixel through. */
function lets(mask: LayerMask | null, pixel: Rect): boolean {
  return !mask?.enabled || (maskBytes(mask.mask, pixel)[0] ?? 0) > FAINT;
}

/** Whether some of a pixel lies in a rectangle. */
function touches({ x, y, width, height }: Rect, pixel: Rect): boolean {
  return pixel.x + 1 > x && pixel.y + 1 > y && pixel.x < x + width && pixel.y < y + height;
}
