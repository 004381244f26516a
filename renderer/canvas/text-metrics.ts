/** Texts measured by the browser, in the fonts they are drawn in. */
import { apply, invert } from '../document/pixels/matrix.js';
import { isShown, walk } from '../document/layers/tree.js';
import { caretAt, hitsText, layOut } from '../document/text/layout.js';
import type { FontReach, Measure, TextLayout } from '../document/text/layout.js';
import type { Point, StudioDocument, TextLayer } from '../document/types.js';

type Font = Pick<TextLayer, 'italic' | 'fontWeight' | 'fontSize' | 'fontFamily'>;

let measuring: OffscreenCanvasRenderingContext2D | null = null;

/** Sets a context's font; widths grow evenly with size, so that they hold at every zoom. */
export function setFont(context: OffscreenCanvasRenderingContext2D, font: Font): void {
  const { italic, fontWeight, fontSize, fontFamily } = font;
  context.font = `${italic ? 'italic ' : ''}${fontWeight} ${fontSize}px ${fontFamily}`;
  context.textRendering = 'geometricPrecision';
}

/** Widths in a font, and how far it reaches. */
export function metricsOf(font: Font): { readonly measure: Measure; readonly reach: FontReach } {
  measuring ??= new OffscreenCanvas(1, 1).getContext('2d');
  const context = measuring;
  if (!context) return { measure: () => 0, reach: { ascent: font.fontSize, descent: 0 } };
  setFont(context, font);
  const { fontBoundingBoxAscent: ascent, fontBoundingBoxDescent: descent } =
    context.measureText('x');
  const measure = (text: string): number => {
    setFont(context, font);
    return context.measureText(text).width;
  };
  return { measure, reach: { ascent, descent } };
}

/** Where the lines of a text layer stand, before its transform. */
export function layoutOf(layer: TextLayer): TextLayout {
  const { measure, reach } = metricsOf(layer);
  return layOut(layer, measure, reach);
}

/** The topmost text at a point of the document, and where in it a caret is set there. */
export function textAt(
  document: StudioDocument,
  point: Point,
  margin: number,
): { readonly layer: TextLayer; readonly caret: number } | null {
  const layers = [...walk(document.layers)].map(({ layer }) => layer).reverse();
  for (const layer of layers) {
    if (layer.type !== 'text' || !isShown(document, layer.id)) continue;
    const back = invert(layer.transform);
    if (!back) continue;
    const at = apply(back, point);
    const layout = layoutOf(layer);
    if (!hitsText(layout, at, margin * Math.hypot(back[0], back[1]))) continue;
    return { layer, caret: caretAt(layout, layer, at, metricsOf(layer).measure) };
  }
  return null;
}
