/** Texts and shapes as pixels: the only place where the document meets the browser's own drawing. */
import { multiply, translation } from '../document/pixels/matrix.js';
import { rasterFrom } from '../document/pixels/tiles.js';
import { anchorOf, inkOf } from '../document/text/layout.js';
import type { Matrix, Raster, Rect, ShapeLayer, TextLayer } from '../document/types.js';
import { layoutOf, setFont } from './text-metrics.js';

/** Pixels of a layer and where they lie in the document. */
export interface Rasterised {
  readonly raster: Raster;
  readonly transform: Matrix;
}

/** Layers whose pixels are kept. */
const KEPT = 64;
/** Longest side that is drawn, in pixels. */
const LONGEST = 8192;

/** What of a layer decides its pixels. */
function keyOf(layer: TextLayer | ShapeLayer): string {
  if (layer.type === 'shape') {
    const { shape, width, height, cornerRadius, fill, stroke, strokeWidth } = layer;
    return JSON.stringify([shape, width, height, cornerRadius, fill, stroke, strokeWidth]);
  }
  const { text, fontFamily, fontSize, fontWeight, italic, align, boxWidth, lineHeight } = layer;
  const font = [fontFamily, fontSize, fontWeight, italic];
  return JSON.stringify([text, ...font, align, boxWidth, lineHeight, layer.fill]);
}

/** Where a text's ink lies, around the start (or middle, or end) of its first baseline. */
function textBox(layer: TextLayer): Rect {
  const { lines, step, box } = layoutOf(layer);
  const overhang = layer.fontSize / 2;
  return {
    x: Math.floor(box.x - overhang),
    y: Math.floor(-layer.fontSize * 1.2),
    width: Math.min(LONGEST, Math.ceil(Math.max(1, box.width) + overhang * 2)),
    height: Math.min(LONGEST, Math.ceil(step * (lines.length - 1) + layer.fontSize * 1.7)),
  };
}

function drawText(context: OffscreenCanvasRenderingContext2D, layer: TextLayer): void {
  const { lines, step } = layoutOf(layer);
  setFont(context, layer);
  context.textAlign = layer.align;
  context.fillStyle = layer.fill;
  const x = anchorOf(layer);
  for (const [index, line] of lines.entries()) {
    context.fillText(inkOf(line, layer.boxWidth), x, index * step);
  }
}

function shapeBox({ width, height, strokeWidth, stroke }: ShapeLayer): Rect {
  const edge = Math.ceil(stroke === null ? 1 : strokeWidth / 2 + 1);
  const [left, top] = [Math.min(0, width), Math.min(0, height)];
  return {
    x: Math.floor(left) - edge,
    y: Math.floor(top) - edge,
    width: Math.min(LONGEST, Math.ceil(Math.abs(width)) + edge * 2),
    height: Math.min(LONGEST, Math.ceil(Math.abs(height)) + edge * 2),
  };
}

function drawShape(context: OffscreenCanvasRenderingContext2D, layer: ShapeLayer): void {
  const { width, height, cornerRadius } = layer;
  context.beginPath();
  if (layer.shape === 'ellipse') {
    const [x, y] = [width / 2, height / 2];
    context.ellipse(x, y, Math.abs(x), Math.abs(y), 0, 0, Math.PI * 2);
  } else if (layer.shape === 'line') {
    context.moveTo(0, 0);
    context.lineTo(width, height);
  } else context.roundRect(0, 0, width, height, cornerRadius);
  if (layer.fill !== null && layer.shape !== 'line') {
    context.fillStyle = layer.fill;
    context.fill();
  }
  if (layer.stroke === null || layer.strokeWidth <= 0) return;
  context.strokeStyle = layer.stroke;
  context.lineWidth = layer.strokeWidth;
  context.lineCap = 'round';
  context.stroke();
}

interface Drawn {
  readonly raster: Raster;
  readonly box: Rect;
}

/** Draws texts and shapes once for each look they have. */
export class Rasteriser {
  readonly #drawn = new Map<string, Drawn>();

  /** Bound, so that it can be handed to the compositor. */
  readonly rasterOf = (layer: TextLayer | ShapeLayer): Rasterised | null => {
    const key = keyOf(layer);
    const drawn = this.#drawn.get(key) ?? this.#draw(layer);
    if (!drawn) return null;
    this.#drawn.delete(key);
    this.#drawn.set(key, drawn);
    for (const old of this.#drawn.keys()) {
      if (this.#drawn.size <= KEPT) break;
      this.#drawn.delete(old);
    }
    const { raster, box } = drawn;
    return { raster, transform: multiply(layer.transform, translation(box.x, box.y)) };
  };

  #draw(layer: TextLayer | ShapeLayer): Drawn | null {
    const box = layer.type === 'text' ? textBox(layer) : shapeBox(layer);
    const canvas = new OffscreenCanvas(Math.max(1, box.width), Math.max(1, box.height));
    const context = canvas.getContext('2d', { willReadFrequently: true });
    if (!context) return null;
    context.translate(-box.x, -box.y);
    if (layer.type === 'text') drawText(context, layer);
    else drawShape(context, layer);
    const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
    return { raster: rasterFrom(data, canvas.width, canvas.height), box };
  }
}
