/** The part of the contract that is about layers: as files have them, and as projects are written. */
import { z } from 'zod';

import { blobId, count, name, side, unit, workId } from './values.js';

/** A layer as it is imported or written; its pixels raw RGBA under a blob id. */
const wireBase = {
  name: z.string().max(1000),
  visible: z.boolean(),
  opacity: unit,
  blendMode: z.string().max(40),
};
/** What of a layer shows, one byte a pixel under a blob id; for files that have masks themselves. */
const wireMask = z.strictObject({
  x: z.int(),
  y: z.int(),
  width: side,
  height: side,
  pixels: blobId,
  /** What it is everywhere else. */
  outside: z.literal([0, 255]),
  enabled: z.boolean(),
});
export type WireMask = z.output<typeof wireMask>;
/** What layers of other programs' files have besides. */
const wireMore = {
  mask: z.exactOptional(wireMask),
  /** Shown only where the nearest layer below it is that is not clipped. */
  clipped: z.exactOptional(z.boolean()),
};
const wireRaster = z.strictObject({
  ...wireBase,
  ...wireMore,
  type: z.literal('raster'),
  x: z.int(),
  y: z.int(),
  width: side,
  height: side,
  pixels: blobId,
});
export type WireRaster = z.output<typeof wireRaster>;
export interface WireGroup {
  type: 'group';
  name: string;
  visible: boolean;
  opacity: number;
  blendMode: string;
  mask?: WireMask;
  clipped?: boolean;
  /** Drawn a layer after the other onto what lies below, which looks the same. */
  passThrough?: boolean;
  children: WireLayer[];
}
const byte = z.number().min(0).max(255);
const gamma = z.number().min(0.01).max(10);
const levels = z.strictObject({ black: byte, white: byte, gamma });
const curve = z
  .array(z.strictObject({ x: byte, y: byte }))
  .min(2)
  .max(32);
const channels = <T extends z.ZodType>(of: T) => ({
  red: z.exactOptional(of),
  green: z.exactOptional(of),
  blue: z.exactOptional(of),
});
const percent = z.number().min(-100).max(100);
/** The adjustments that files of other programs have in common with ours. */
const wireAdjustment = z.strictObject({
  ...wireBase,
  ...wireMore,
  type: z.literal('adjustment'),
  adjustment: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('levels'), ...levels.shape, ...channels(levels) }),
    z.strictObject({ kind: z.literal('curves'), points: curve, ...channels(curve) }),
    z.strictObject({
      kind: z.literal('hue-saturation'),
      hue: z.number().min(-180).max(180),
      saturation: percent,
      lightness: percent,
    }),
    z.strictObject({
      kind: z.literal('brightness-contrast'),
      brightness: percent,
      contrast: percent,
    }),
    z.strictObject({ kind: z.literal('exposure'), exposure: z.number().min(-5).max(5) }),
    z.strictObject({ kind: z.literal('grayscale'), amount: z.number().min(0).max(100) }),
  ]),
});
export type WireAdjustment = z.output<typeof wireAdjustment>;
export type WireLayer = WireRaster | WireGroup | WireAdjustment;
export const wireLayer: z.ZodType<WireLayer> = z.lazy(() =>
  z.discriminatedUnion('type', [
    wireRaster,
    wireAdjustment,
    z.strictObject({
      ...wireBase,
      ...wireMore,
      passThrough: z.exactOptional(z.boolean()),
      type: z.literal('group'),
      children: z.array(wireLayer).max(500),
    }),
  ]),
);

/** What a page calls something packed: of tiles and sizes that make it, so that it is made once. */
export const packKey = z.string().regex(/^[a-z0-9.:,-]{1,4000}$/);

/** A picture of packed strips, from the top; without alpha, it has 3 channels. */
export const packedPictureSchema = z.strictObject({
  width: side,
  height: side,
  channels: z.literal([3, 4]),
  strips: z.array(packKey).min(1).max(70_000),
});
export type PackedPicture = z.output<typeof packedPictureSchema>;

const packedRaster = z.strictObject({
  ...wireBase,
  type: z.literal('raster'),
  x: z.int(),
  y: z.int(),
  picture: packedPictureSchema,
  /** Which of the project's tiles the picture is made of, as runs: where they lie in it, row by row
   * from the top, the first id, and how many follow each other in both. */
  runs: z.array(count).max(3 * 65_536),
});
/** A layer of packed pixels. */
export type PackedLayer =
  | z.output<typeof packedRaster>
  | (Omit<WireGroup, 'children' | 'mask' | 'clipped'> & {
      children: PackedLayer[];
    });
const packedLayer: z.ZodType<PackedLayer> = z.lazy(() =>
  z.discriminatedUnion('type', [
    packedRaster,
    z.strictObject({
      ...wireBase,
      passThrough: z.exactOptional(z.boolean()),
      type: z.literal('group'),
      children: z.array(packedLayer).max(500),
    }),
  ]),
);

/** An OpenRaster file of what was packed before. */
export const writeProjectSchema = z.strictObject({
  name,
  width: side,
  height: side,
  layers: z.array(packedLayer).max(500),
  /** The flattened picture. */
  merged: packedPictureSchema,
  project: z.string().max(64_000_000),
  /** Under which name it was packed. */
  store: workId,
  /** By which it is cancelled, and its progress told. */
  task: workId,
});
export type WriteProject = z.output<typeof writeProjectSchema>;
