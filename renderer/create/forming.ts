/** Where a picture that is being made is shown meanwhile. */
import { multiply } from '../document/pixels/matrix.js';
import type { Matrix, Point, StudioDocument } from '../document/types.js';

/** What is known of the view: its size on the screen, what is covered at its lower edge, and its scale. */
interface ViewSize {
  readonly width: number;
  readonly height: number;
  readonly bottom: number;
  readonly zoom: number;
  toDocument(point: Point): Point;
}

/** The share of an empty view that a picture takes. */
const SHARE = 0.8;

/**
 * From pixels of a preview to the document's: where the picture will be, or the middle of the view
 * where there is no document yet.
 */
export function formingMatrix(
  { placement }: { readonly placement: { readonly kind: string; readonly transform: Matrix } },
  bitmap: { readonly width: number; readonly height: number },
  view: ViewSize,
  document: StudioDocument | null,
): Matrix {
  if (!document) {
    const height = view.height - view.bottom;
    const side = Math.min(view.width, height) * SHARE;
    const scale = side / Math.max(bitmap.width, bitmap.height) / view.zoom;
    const middle = view.toDocument({ x: view.width / 2, y: height / 2 });
    const [x, y] = [middle.x - (bitmap.width * scale) / 2, middle.y - (bitmap.height * scale) / 2];
    return [scale, 0, 0, scale, x, y];
  }
  if (placement.kind === 'generate') return placement.transform;
  const [across, down] = [document.width / bitmap.width, document.height / bitmap.height];
  return multiply(placement.transform, [across, 0, 0, down, 0, 0]);
}
