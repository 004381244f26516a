/** What is drawn over the picture, from plain values: outlines, grids, guides, the brush's edge. */
import { apply } from '../document/pixels/matrix.js';
import type { Guide, Matrix, Point, Rect } from '../document/types.js';
import type { Caught } from './snapping.js';
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
  /** What the crop tool would keep, in document pixels. */
  readonly crop: Rect | null;
  /** Cells of image tokens, and those that may change. */
  readonly grid: {
    readonly columns: number;
    readonly rows: number;
    readonly open: readonly boolean[];
  } | null;
  readonly guides: readonly Guide[];
  /** Lines that what is dragged has caught on. */
  readonly caught: readonly Caught[];
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
  if (scene.gesture) drawGesture(context, scene.gesture, 1 / scale);
  context.restore();
  if (scene.crop) drawCrop(context, scene.crop, scene.matrix, size);
  for (const guide of scene.guides) drawGuide(context, guide, scene, size);
  for (const line of scene.caught) drawCaught(context, line, scene.matrix);
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

function drawGesture(context: Context, gesture: Overlay, pixel: number): void {
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
  }
  twice(context, path, pixel, [4, 4], 0);
}

/** Lines that divide a rectangle into thirds, and those around it; on the screen. */
function thirds({ x, y, width, height }: Rect, matrix: Matrix): Record<'edge' | 'inner', Path2D> {
  const paths = { edge: new Path2D(), inner: new Path2D() };
  // Upright lines are one pixel wide, and not two half as strong.
  const upright = matrix[0] === 0 || matrix[1] === 0;
  const sharp = (value: number): number => (upright ? Math.round(value) - 0.5 : value);
  const place = (point: Point): Point => {
    const at = apply(matrix, point);
    return { x: sharp(at.x), y: sharp(at.y) };
  };
  const line = (path: Path2D, from: Point, to: Point): void => {
    const [a, b] = [place(from), place(to)];
    path.moveTo(a.x, a.y);
    path.lineTo(b.x, b.y);
  };
  for (const part of [0, 1, 2, 3]) {
    const path = part % 3 === 0 ? paths.edge : paths.inner;
    const [across, down] = [x + (width * part) / 3, y + (height * part) / 3];
    line(path, { x: across, y }, { x: across, y: y + height });
    line(path, { x, y: down }, { x: x + width, y: down });
  }
  return paths;
}

/** Darkens what a crop takes away, and divides what it keeps into thirds. */
function drawCrop(
  context: Context,
  rect: Rect,
  matrix: Matrix,
  size: { readonly width: number; readonly height: number },
): void {
  const { x, y, width, height } = rect;
  const outside = new Path2D();
  outside.rect(0, 0, size.width, size.height);
  const corners = [
    { x, y },
    { x: x + width, y },
    { x: x + width, y: y + height },
    { x, y: y + height },
  ].map((corner) => apply(matrix, corner));
  for (const [index, corner] of corners.entries()) {
    if (index === 0) outside.moveTo(corner.x, corner.y);
    else outside.lineTo(corner.x, corner.y);
  }
  outside.closePath();
  context.fillStyle = '#00000099';
  context.fill(outside, 'evenodd');
  const { edge, inner } = thirds(rect, matrix);
  context.lineWidth = 3;
  context.strokeStyle = '#00000033';
  context.stroke(inner);
  context.strokeStyle = '#00000066';
  context.stroke(edge);
  context.lineWidth = 1;
  context.strokeStyle = '#ffffff99';
  context.stroke(inner);
  context.strokeStyle = '#ffffff';
  context.stroke(edge);
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

function drawCaught(context: Context, { axis, at, from, to }: Caught, matrix: Matrix): void {
  const across = axis === 'across';
  const [a, b] = [from, to].map((along) =>
    apply(matrix, across ? { x: at, y: along } : { x: along, y: at }),
  );
  if (!a || !b) return;
  // Upright lines are one pixel wide, and not two half as strong.
  const upright = a.x === b.x || a.y === b.y;
  const sharp = (value: number): number => (upright ? Math.round(value) - 0.5 : value);
  context.beginPath();
  context.moveTo(sharp(a.x), sharp(a.y));
  context.lineTo(sharp(b.x), sharp(b.y));
  context.lineWidth = 1;
  context.strokeStyle = '#ff3da6';
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
