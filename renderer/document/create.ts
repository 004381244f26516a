/** New documents and layers, with the values people expect of a new one. */
import { MAX_NAME, checkColour, checkFinite, checkSides, cleanName } from './layers/limits.js';
import { walk } from './layers/tree.js';
import { IDENTITY, translation } from './pixels/matrix.js';
import type {
  Adjustment,
  AdjustmentLayer,
  GroupLayer,
  Layer,
  LayerId,
  Matrix,
  RasterLayer,
  ShapeLayer,
  StudioDocument,
  TextLayer,
} from './types.js';

/** An id that no other layer has, in this document or another. */
export function newLayerId(): LayerId {
  return crypto.randomUUID();
}

/** A document without layers. @throws DocumentError BAD_SIZE */
export function createDocument(width: number, height: number): StudioDocument {
  checkSides(width, height);
  return { width, height, layers: [], selection: null, protection: null, active: [], guides: [] };
}

/** The base, or the base with the next free number: "Layer", "Layer 2", "Layer 3". */
export function uniqueName(document: StudioDocument, base: string): string {
  const taken = new Set<string>();
  for (const { layer } of walk(document.layers)) taken.add(layer.name);
  const name = cleanName(base);
  if (!taken.has(name)) return name;
  const digits = / \d{1,9}$/.exec(name)?.[0] ?? '';
  // With room for a number.
  const stem = name.slice(0, name.length - digits.length).slice(0, MAX_NAME - 12);
  let number = Number(digits) || 1;
  while (taken.has(`${stem} ${number}`) || number === 1) number += 1;
  return `${stem} ${number}`;
}

/** What is said of a new layer: its name, and what differs from what is usual. */
type New<L extends Layer, Needed extends keyof L> = Pick<L, 'name' | Needed> &
  Partial<Omit<L, 'id' | 'type'>>;

/** Where its origin, or top left corner, lies; or `transform`. */
interface Position {
  readonly x?: number;
  readonly y?: number;
}

const base = (name: string) => ({
  id: newLayerId(),
  name: cleanName(name),
  visible: true,
  locked: false,
  opacity: 1,
  blendMode: 'normal' as const,
  clipped: false,
  mask: null,
});

/** A layer of pixels. */
export function createRasterLayer(made: New<RasterLayer, 'raster'> & Position): RasterLayer {
  const { name, x = 0, y = 0, ...rest } = made;
  checkFinite([x, y]);
  return {
    transform: placed(x, y),
    recipe: null,
    alphaLocked: false,
    ...base(name),
    ...rest,
    type: 'raster',
  };
}

export function createGroup(made: New<GroupLayer, never>): GroupLayer {
  const { name, ...rest } = made;
  return { children: [], passThrough: false, ...base(name), ...rest, type: 'group' };
}

/** A text. @throws DocumentError BAD_VALUE for a colour that is none */
export function createText(made: New<TextLayer, 'text'> & Position): TextLayer {
  const { name, x = 0, y = 0, ...rest } = made;
  const layer: TextLayer = {
    transform: placed(x, y),
    fontFamily: 'sans-serif',
    fontSize: 48,
    fontWeight: 400,
    italic: false,
    align: 'left',
    boxWidth: null,
    lineHeight: 1.2,
    fill: '#000000',
    ...base(name),
    ...rest,
    type: 'text',
  };
  checkFinite([x, y, layer.fontSize, layer.fontWeight, layer.lineHeight, layer.boxWidth ?? 1]);
  checkColour(layer.fill);
  return layer;
}

/** A shape. @throws DocumentError BAD_VALUE for a colour that is none */
export function createShape(
  made: New<ShapeLayer, 'shape' | 'width' | 'height'> & Position,
): ShapeLayer {
  const { name, x = 0, y = 0, ...rest } = made;
  // A line has no inside: without a stroke it would not be seen.
  const line = made.shape === 'line';
  const layer: ShapeLayer = {
    transform: placed(x, y),
    cornerRadius: 0,
    fill: line ? null : '#808080',
    stroke: line ? '#000000' : null,
    strokeWidth: line ? 4 : 0,
    ...base(name),
    ...rest,
    type: 'shape',
  };
  checkFinite([x, y, layer.width, layer.height, layer.cornerRadius, layer.strokeWidth]);
  checkColour(layer.fill);
  checkColour(layer.stroke);
  return layer;
}

/** An adjustment layer; given only a kind, it changes nothing yet. */
export function createAdjustment(
  made: Omit<New<AdjustmentLayer, never>, 'adjustment'> & {
    readonly adjustment: Adjustment | Adjustment['kind'];
  },
): AdjustmentLayer {
  const { name, adjustment, ...rest } = made;
  const value = typeof adjustment === 'string' ? neutralAdjustment(adjustment) : adjustment;
  return { ...base(name), ...rest, type: 'adjustment', adjustment: value };
}

/** The adjustment of a kind that changes nothing. */
export function neutralAdjustment(kind: Adjustment['kind']): Adjustment {
  return NEUTRAL[kind];
}

const NEUTRAL: { readonly [K in Adjustment['kind']]: Extract<Adjustment, { kind: K }> } = {
  'brightness-contrast': { kind: 'brightness-contrast', brightness: 0, contrast: 0 },
  levels: { kind: 'levels', black: 0, white: 255, gamma: 1 },
  curves: {
    kind: 'curves',
    points: [
      { x: 0, y: 0 },
      { x: 255, y: 255 },
    ],
  },
  'hue-saturation': { kind: 'hue-saturation', hue: 0, saturation: 0, lightness: 0 },
  exposure: { kind: 'exposure', exposure: 0 },
  temperature: { kind: 'temperature', temperature: 0, tint: 0 },
  blur: { kind: 'blur', radius: 0 },
  sharpen: { kind: 'sharpen', amount: 0, radius: 0 },
  grayscale: { kind: 'grayscale', amount: 0 },
};

function placed(x: number, y: number): Matrix {
  return x === 0 && y === 0 ? IDENTITY : translation(x, y);
}
