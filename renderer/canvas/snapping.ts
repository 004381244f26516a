/** Where things catch: edges and middles of the canvas and of layers, and guides. */
import { walk } from '../document/layers/tree.js';
import type { Layer, LayerId, Point, Rect, StudioDocument } from '../document/types.js';
import { boundsOfLayer } from './bounds.js';

/** A line to catch on, and the stretch of it that belongs to what it comes from. */
export interface Line {
  /** Its place across (upright ones) or down (level ones). */
  readonly at: number;
  readonly from: number;
  readonly to: number;
}

/** Where something may catch: upright lines and level ones. */
export interface Lines {
  readonly across: readonly Line[];
  readonly down: readonly Line[];
}

/** A line that something has caught on, as far as it is shown. */
export interface Caught extends Line {
  readonly axis: 'across' | 'down';
}

/** Layers whose edges catch: the topmost so many. */
const FEW = 20;

/** Start, middle and end of a stretch. */
export const marks = (from: number, length: number): readonly number[] => [
  from,
  from + length / 2,
  from + length,
];

/** The move that brings one of the marks onto the nearest line; the same if none is near. */
export function catchOn(
  moving: readonly number[],
  lines: readonly Line[],
  by: number,
  reach: number,
): number {
  let best = by;
  let least = reach;
  for (const mark of moving) {
    for (const { at } of lines) {
      const off = Math.abs(mark + by - at);
      if (off < least) [best, least] = [at - mark, off];
    }
  }
  return best;
}

/**
 * Edges and middles of the canvas and of the topmost layers but some, and guides.
 * @param except layers that move; groups that they lie in move with them, but not what else is in there
 * @param withGuides hidden guides catch nothing
 */
export function linesOf(
  document: StudioDocument,
  except: readonly LayerId[],
  withGuides: boolean,
): Lines {
  const { width, height } = document;
  const canvas = { x: 0, y: 0, width, height };
  const others = still(document.layers, new Set(except))
    .slice(-FEW)
    .flatMap((layer) => boundsOfLayer(layer) ?? []);
  const all: readonly Rect[] = [canvas, ...others];
  const guides = (axis: 'horizontal' | 'vertical', to: number): Line[] =>
    withGuides
      ? document.guides
          .filter((guide) => guide.axis === axis)
          .map(({ position }) => ({ at: position, from: 0, to }))
      : [];
  return {
    across: [
      ...all.flatMap((rect) => linesAcross(rect.x, rect.width, rect.y, rect.height)),
      ...guides('vertical', height),
    ],
    down: [
      ...all.flatMap((rect) => linesAcross(rect.y, rect.height, rect.x, rect.width)),
      ...guides('horizontal', width),
    ],
  };
}

function linesAcross(start: number, length: number, from: number, along: number): Line[] {
  return marks(start, length).map((at) => ({ at, from, to: from + along }));
}

/** The layers that are seen and do not move: groups as a whole, unless some of what is in them moves. */
function still(layers: readonly Layer[], moving: ReadonlySet<LayerId>): readonly Layer[] {
  return layers.flatMap((layer): readonly Layer[] => {
    if (!layer.visible || moving.has(layer.id)) return [];
    if (layer.type !== 'group') return [layer];
    const parted = [...walk(layer.children)].some((inner) => moving.has(inner.layer.id));
    return parted ? still(layer.children, moving) : [layer];
  });
}

/** A move of a rectangle by whole pixels, drawn to what lies near. @param reach in document pixels */
export function catchMove(box: Rect, lines: Lines, by: Point, reach: number): Point {
  return {
    x: Math.round(catchOn(marks(box.x, box.width), lines.across, by.x, reach)),
    y: Math.round(catchOn(marks(box.y, box.height), lines.down, by.y, reach)),
  };
}

/** A point on the lines that lie near. */
export function catchPoint({ x, y }: Point, lines: Lines, reach: number): Point {
  return {
    x: x + catchOn([x], lines.across, 0, reach),
    y: y + catchOn([y], lines.down, 0, reach),
  };
}

/** By so much a thing that moves by whole pixels may miss a line that it has caught on. */
const MISSED = 0.5 + 1e-6;

/**
 * The lines that a rectangle lies on, each as long as it and what they come from reach.
 * @param middles whether its middles lie on lines, too, and not its edges alone
 */
export function caughtBy(rect: Rect, lines: Lines, middles: boolean): readonly Caught[] {
  const { x, y, width, height } = rect;
  return [
    ...along('across', places(x, width, middles), lines.across, y, y + height),
    ...along('down', places(y, height, middles), lines.down, x, x + width),
  ];
}

const places = (from: number, length: number, middles: boolean): readonly number[] =>
  middles ? marks(from, length) : [from, from + length];

function along(
  axis: Caught['axis'],
  on: readonly number[],
  lines: readonly Line[],
  from: number,
  to: number,
): readonly Caught[] {
  const caught = new Map<number, Caught>();
  for (const line of lines) {
    if (!on.some((place) => Math.abs(place - line.at) <= MISSED)) continue;
    const known = caught.get(line.at) ?? { from, to };
    caught.set(line.at, {
      axis,
      at: line.at,
      from: Math.min(known.from, line.from),
      to: Math.max(known.to, line.to),
    });
  }
  return [...caught.values()];
}
