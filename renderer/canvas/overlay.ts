/** What is drawn over the picture, from plain values: outlines, grids, guides, the brush's edge. */
import type { Guide, Matrix, Point } from '../document/types.js';
import { drawPixelGrid } from './pixel-grid.js';
import type { Overlay } from './tools/tool.js';

/** Everything over the picture. */
export interface OverlayScene {
  /** From document to screen. */
  readonly matrix: Matrix;
  readonly width: number;
  readonly height: number;
  /** Whether there are lines between pixels that are shown large. */
  readonly pixels: boolean;
  /** Outlines of the selection, in document pixels. */
  readonly selection: Path2D | null;
  /** How far the selection's dashes have moved. */
  readonly phase: number;
  readonly protection: Path2D | null;
  readonly gesture: Overlay | null;
  /** Cells of image tokens, and those that may change. */
  readonly grid: {
    readonly columns: number;
    readonly rows: number;
    readonly open: readonly boolean[];
  } | null;
  readonly guides: readonly Guide[];
  /** The brush's edge: middle on the screen, radius in pixels. */
  readonly brush: (Point & { readonly radius: number }) | null;
  /** The line of a split view, from 0 to 1, and what its sides are called. */
  readonly split: { readonly at: number; readonly before: string; readonly after: string } | null;
  readonly accent: string;
}

type Context = CanvasRenderingContext2D;

/** Draws all of it; the context's unit is a CSS pixel. */
export function drawOverlay(
  context: Context,
  scene: OverlayScene,
  size: { readonly width: number; readonly height: number },
): void {
  const scale = Math.hypot(scene.matrix[0], scene.matrix[1]);
  context.save();
  if (scene.pixels) drawPixelGrid(context, scene.matrix, scene, size);
  context.save();
  context.transform(...scene.matrix);
  if (scene.grid) drawGrid(context, scene, scene.grid, 1 / scale);
  if (scene.protection) drawProtection(context, scene.protection, 1 / scale);
  if (scene.selection) drawAnts(context, scene.selection, scene.phase, 1 / scale);
  if (scene.gesture) drawGesture(context, scene, scene.gesture, 1 / scale);
  context.restore();
  for (const guide of scene.guides) drawGuide(context, guide, scene, size);
  if (scene.split) {
    const x = scene.split.at * size.width;
    drawSplitLine(context, x, size.height);
    drawSplitName(context, scene.split.before, x, -1);
    drawSplitName(context, scene.split.after, x, 1);
  }
  if (scene.brush) drawBrush(context, scene.brush);
  context.restore();
}

/** Black and white, so that it is seen on everything. */
function twice(
  context: Context,
  path: Path2D,
  pixel: number,
  dash: readonly number[],
  phase: number,
): void {
  context.lineWidth = pixel;
  context.setLineDash([]);
  context.strokeStyle = '#000000b0';
  context.stroke(path);
  context.setLineDash(dash.map((length) => length * pixel));
  context.lineDashOffset = phase * pixel;
  context.strokeStyle = '#ffffff';
  context.stroke(path);
  context.setLineDash([]);
}

function drawAnts(context: Context, path: Path2D, phase: number, pixel: number): void {
  twice(context, path, pixel, [4, 4], phase);
}

function drawProtection(context: Context, path: Path2D, pixel: number): void {
  context.fillStyle = '#4fb3ff26';
  context.fill(path, 'evenodd');
  context.strokeStyle = '#4fb3ff';
  context.lineWidth = 1.5 * pixel;
  context.stroke(path);
}

function drawGrid(
  context: Context,
  { width, height, accent }: OverlayScene,
  { columns, rows, open }: NonNullable<OverlayScene['grid']>,
  pixel: number,
): void {
  const [across, down] = [width / columns, height / rows];
  context.fillStyle = `${accent}3d`;
  for (let i = 0; i < open.length; i++) {
    if (open[i] !== true) continue;
    context.fillRect((i % columns) * across, Math.floor(i / columns) * down, across, down);
  }
  const lines = new Path2D();
  for (let column = 0; column <= columns; column++) {
    lines.moveTo(column * across, 0);
    lines.lineTo(column * across, height);
  }
  for (let row = 0; row <= rows; row++) {
    lines.moveTo(0, row * down);
    lines.lineTo(width, row * down);
  }
  context.lineWidth = pixel;
  context.strokeStyle = '#00000073';
  context.stroke(lines);
  context.translate(pixel, pixel);
  context.strokeStyle = '#ffffff59';
  context.stroke(lines);
  context.translate(-pixel, -pixel);
}

function drawGesture(context: Context, scene: OverlayScene, gesture: Overlay, pixel: number): void {
  const path = new Path2D();
  if (gesture.kind === 'path') {
    for (const [index, { x, y }] of gesture.points.entries()) {
      if (index === 0) path.moveTo(x, y);
      else path.lineTo(x, y);
    }
    if (gesture.closed) path.closePath();
  } else if (gesture.kind !== 'frame') {
    const { x, y, width, height } = gesture.rect;
    if (gesture.kind === 'ellipse') {
      path.ellipse(x + width / 2, y + height / 2, width / 2, height / 2, 0, 0, Math.PI * 2);
    } else path.rect(x, y, width, height);
    if (gesture.kind === 'crop') shade(context, scene, path);
  }
  twice(context, path, pixel, [4, 4], 0);
}

/** Darkens what a crop takes away. */
function shade(context: Context, { width, height }: OverlayScene, kept: Path2D): void {
  const path = new Path2D(kept);
  path.rect(0, 0, width, height);
  context.fillStyle = '#00000080';
  context.fill(path, 'evenodd');
}

function drawGuide(
  context: Context,
  { axis, position }: Guide,
  { matrix }: OverlayScene,
  { width, height }: { readonly width: number; readonly height: number },
): void {
  const reach = Math.hypot(width, height) * 4;
  const at = (x: number, y: number): [number, number] => [
    matrix[0] * x + matrix[2] * y + matrix[4],
    matrix[1] * x + matrix[3] * y + matrix[5],
  ];
  const scale = Math.hypot(matrix[0], matrix[1]);
  const far = reach / scale;
  context.beginPath();
  context.moveTo(...(axis === 'vertical' ? at(position, -far) : at(-far, position)));
  context.lineTo(...(axis === 'vertical' ? at(position, far) : at(far, position)));
  context.lineWidth = 1;
  context.strokeStyle = '#27c4f5';
  context.stroke();
}

function drawSplitLine(context: Context, x: number, height: number): void {
  context.fillStyle = '#ffffff';
  context.fillRect(x - 1, 0, 2, height);
  context.beginPath();
  context.arc(x, height / 2, 11, 0, Math.PI * 2);
  context.shadowColor = '#00000080';
  context.shadowBlur = 6;
  context.fill();
  context.shadowBlur = 0;
  context.strokeStyle = '#303239';
  context.lineWidth = 1.5;
  context.beginPath();
  for (const side of [-1, 1]) {
    context.moveTo(x + side * 3, height / 2 - 4);
    context.lineTo(x + side * 6.5, height / 2);
    context.lineTo(x + side * 3, height / 2 + 4);
  }
  context.stroke();
}

/** What a side of a split view shows, at the top beside its line; -1: on the left. */
function drawSplitName(context: Context, name: string, x: number, side: -1 | 1): void {
  const [gap, pad, height] = [10, 8, 20];
  context.font = '11px ui-sans-serif, system-ui, sans-serif';
  const width = context.measureText(name).width + pad * 2;
  const left = side < 0 ? x - gap - width : x + gap;
  context.beginPath();
  context.roundRect(left, 12, width, height, 4);
  context.fillStyle = '#000000b3';
  context.fill();
  context.fillStyle = '#ffffff';
  context.textBaseline = 'middle';
  context.fillText(name, left + pad, 12 + height / 2 + 0.5);
}

function drawBrush(context: Context, { x, y, radius }: NonNullable<OverlayScene['brush']>): void {
  const path = new Path2D();
  path.arc(x, y, Math.max(1, radius), 0, Math.PI * 2);
  context.lineWidth = 2;
  context.strokeStyle = '#00000080';
  context.stroke(path);
  context.lineWidth = 1;
  context.strokeStyle = '#ffffff';
  context.stroke(path);
}
