/**
 * What a document is made of: plain immutable values. A change makes a new document that shares
 * what did not change with the one before, tile by tile, so that a history of thousands of states
 * costs what differs between them.
 */

/** Side of a tile in pixels. */
export const TILE = 256;

/** A square of pixels, never written to once it stands in a raster. */
export interface Tile {
  /** Unique for the life of the process; what is cached of a tile is cached by it. */
  readonly id: number;
  /** RGBA, not premultiplied, rows from the top: TILE * TILE * 4 bytes. */
  readonly data: Uint8ClampedArray;
}

/** A picture in tiles; where there is none it is transparent. */
export interface Raster {
  readonly width: number;
  readonly height: number;
  /** By row * columns + column, see `tileKey`. */
  readonly tiles: ReadonlyMap<number, Tile>;
}

/** One byte a pixel, 255 inside. */
export interface MaskTile {
  readonly id: number;
  readonly data: Uint8ClampedArray;
}

/** A mask of the document's size, in tiles; where there is none, every pixel is `outside`. */
export interface Mask {
  readonly width: number;
  readonly height: number;
  readonly outside: 0 | 255;
  readonly tiles: ReadonlyMap<number, MaskTile>;
}

/** [a, b, c, d, e, f]: x' = a x + c y + e, y' = b x + d y + f, as in CSS and canvas. */
export type Matrix = readonly [number, number, number, number, number, number];

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Half-open: right = x + width. */
export interface Rect {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Blend modes by their names in the W3C Compositing and Blending specification. */
export const BLEND_MODES = [
  'normal',
  'multiply',
  'screen',
  'overlay',
  'darken',
  'lighten',
  'color-dodge',
  'color-burn',
  'hard-light',
  'soft-light',
  'difference',
  'exclusion',
  'hue',
  'saturation',
  'color',
  'luminosity',
] as const;
export type BlendMode = (typeof BLEND_MODES)[number];

export type LayerId = string;

/** CSS hex colour, #rrggbb or #rrggbbaa. */
export type Colour = string;

/** What hides parts of a layer; in document coordinates. */
export interface LayerMask {
  readonly mask: Mask;
  readonly enabled: boolean;
  /** Stays where it is when the layer is moved. */
  readonly unlinked?: true;
}

interface LayerBase {
  readonly id: LayerId;
  readonly name: string;
  readonly visible: boolean;
  /** Nothing about a locked layer changes but its being locked, and whether it is shown. */
  readonly locked: boolean;
  /** 0 to 1. */
  readonly opacity: number;
  readonly blendMode: BlendMode;
  /** Shown only where the layer below it is. */
  readonly clipped: boolean;
  readonly mask: LayerMask | null;
}

/** Pixels, placed by a transform from the raster's to the document's coordinates. */
export interface RasterLayer extends LayerBase {
  readonly type: 'raster';
  readonly raster: Raster;
  readonly transform: Matrix;
  /** Only colours change where something is, and nothing where nothing is. */
  readonly alphaLocked: boolean;
  /** What made it, if a model did. */
  readonly recipe: Recipe | null;
}

/**
 * Layers drawn together, bottom first, then blended as one; or, passing through, onto what lies below
 * the group, as if they lay there themselves.
 */
export interface GroupLayer extends LayerBase {
  readonly type: 'group';
  /** Counts while its blend mode is normal and nothing is clipped to it. */
  readonly passThrough: boolean;
  readonly children: readonly Layer[];
}

export interface TextLayer extends LayerBase {
  readonly type: 'text';
  readonly transform: Matrix;
  readonly text: string;
  readonly fontFamily: string;
  /** Pixels. */
  readonly fontSize: number;
  readonly fontWeight: number;
  readonly italic: boolean;
  readonly align: 'left' | 'center' | 'right';
  /**
   * Lines are broken to fit into it, in pixels before the transform, and lie between its left and
   * right edge; null: lines end where the text says, and lie about the origin.
   */
  readonly boxWidth: number | null;
  /** Of the font size. */
  readonly lineHeight: number;
  readonly fill: Colour;
}

export interface ShapeLayer extends LayerBase {
  readonly type: 'shape';
  readonly transform: Matrix;
  readonly shape: 'rectangle' | 'ellipse' | 'line';
  /** Before the transform, in pixels; a line goes from (0, 0) to (width, height). */
  readonly width: number;
  readonly height: number;
  readonly cornerRadius: number;
  readonly fill: Colour | null;
  readonly stroke: Colour | null;
  readonly strokeWidth: number;
}

/** Changes the colours of what is below it, in the same group, without destroying it. */
export interface AdjustmentLayer extends LayerBase {
  readonly type: 'adjustment';
  readonly adjustment: Adjustment;
}

export type Layer = RasterLayer | GroupLayer | TextLayer | ShapeLayer | AdjustmentLayer;
export type LayerType = Layer['type'];

/** What is said of single channels; what is not said of one leaves it as it is. */
export interface Channels<T> {
  readonly red?: T;
  readonly green?: T;
  readonly blue?: T;
}

/** black < white, 0 to 255; gamma 0.1 to 10. */
export interface Levels {
  readonly black: number;
  readonly white: number;
  readonly gamma: number;
}

/** Values that do nothing: 0 everywhere, levels 0/1/255. */
export type Adjustment =
  /** Both -100 to 100. */
  | { readonly kind: 'brightness-contrast'; readonly brightness: number; readonly contrast: number }
  /** Of all channels, after those of each channel. */
  | ({ readonly kind: 'levels' } & Levels & Channels<Levels>)
  /** The same with curves: points from 0 to 255, by x; joined by a monotone cubic. */
  | ({ readonly kind: 'curves'; readonly points: readonly Point[] } & Channels<readonly Point[]>)
  /** Degrees -180 to 180, and -100 to 100. */
  | {
      readonly kind: 'hue-saturation';
      readonly hue: number;
      readonly saturation: number;
      readonly lightness: number;
    }
  /** Stops, -5 to 5. */
  | { readonly kind: 'exposure'; readonly exposure: number }
  /** Both -100 (blue, green) to 100 (amber, magenta). */
  | { readonly kind: 'temperature'; readonly temperature: number; readonly tint: number }
  /** Standard deviation in pixels, 0 to 100. */
  | { readonly kind: 'blur'; readonly radius: number }
  /** Percent 0 to 500, and pixels. */
  | { readonly kind: 'sharpen'; readonly amount: number; readonly radius: number }
  /** Percent, 0 to 100. */
  | { readonly kind: 'grayscale'; readonly amount: number };

/** What made a picture, as the engine writes it into files: enough to make it again. */
export interface Recipe {
  readonly kind: 'generate' | 'edit';
  readonly prompt: string;
  readonly seed: number;
  readonly model: {
    readonly id: string;
    readonly hash: string;
    readonly [key: string]: unknown;
  };
  /** Everything else, as the engine wrote it. */
  readonly [key: string]: unknown;
}

export interface Guide {
  readonly axis: 'horizontal' | 'vertical';
  /** Document pixels from the top or left. */
  readonly position: number;
}

/** Everything a person sees and saves. */
export interface StudioDocument {
  readonly width: number;
  readonly height: number;
  /** Bottom first. */
  readonly layers: readonly Layer[];
  /** The selected pixels; null: no selection, everything may change. */
  readonly selection: Mask | null;
  /** Pixels that no edit by a model may change; null: none. */
  readonly protection: Mask | null;
  /** Selected layers, the last one the active one. */
  readonly active: readonly LayerId[];
  readonly guides: readonly Guide[];
}
