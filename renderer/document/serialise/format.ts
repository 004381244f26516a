/**
 * The JSON of a project. Rasters, masks, recipes, layers and documents stand in tables, each once,
 * and are referred to by their index; a group's layers stand before it. Tiles are referred to by
 * ids, under which their bytes are kept beside the JSON.
 */
import { z } from 'zod';
import {
  MAX_CURVE_POINTS,
  MAX_GUIDES,
  MAX_LAYERS,
  MAX_NAME,
  MAX_SIDE,
  MAX_TEXT,
  isColour,
} from '../layers/limits.js';
import { MASK_TILE_BYTES, TILE_BYTES } from '../pixels/tiles.js';
import { BLEND_MODES } from '../types.js';

/**
 * Version of the format; older ones can be read. What has nothing in it that is newer than the first
 * one is written as that, for programs that know no other.
 */
export const VERSION = 2;
export const FIRST_VERSION = 1;
export const FORMAT = 'nativa-project';

/** What a project may be made of. */
export interface Budget {
  /** States of the history. */
  readonly states: number;
  /** Tiles of all distinct rasters and masks, shared ones counted each time. */
  readonly references: number;
  /** Characters of JSON. */
  readonly characters: number;
}

/** What is read at most: what it takes in memory is bounded, whatever a file says. */
export const READ_BUDGET: Budget = {
  states: 200_000,
  references: 16_000_000,
  characters: 64_000_000,
};

/** What is written at most, with room for what stands around the tables. */
export const WRITE_BUDGET: Budget = {
  states: 100_000,
  references: 15_000_000,
  characters: 48_000_000,
};

const MAX_ENTRIES = 2_000_000;
/** Far more than a process hands out: a tile of pixels is a quarter of a megabyte. */
const MAX_TILE_ID = 1_000_000_000;
const count = z.int().min(0);
const side = z.int().min(1).max(MAX_SIDE);
const name = z.string().max(MAX_NAME);
const id = z.string().min(1).max(100);
const number = z.number();
const colour = z.string().refine(isColour);
const matrix = z.tuple([number, number, number, number, number, number]);
const point = z.strictObject({ x: number, y: number });

/** Runs of tiles: key of the first, its id, how many follow each other in both. */
const runs = z.array(count).max(3 * 65_536);
const raster = z.strictObject({ width: side, height: side, runs });
const mask = raster.extend({ outside: z.literal([0, 255]) });

const recipe = z.looseObject({
  kind: z.enum(['generate', 'edit']),
  prompt: z.string().max(100_000),
  seed: number,
  /** The engine says more of it, such as its version. */
  model: z.looseObject({ id: z.string().max(1000), hash: z.string().max(1000) }),
});

/** Single channels of an adjustment. */
const channels = <T extends z.ZodType>(of: T) => ({
  red: z.exactOptional(of),
  green: z.exactOptional(of),
  blue: z.exactOptional(of),
});
const levels = z.strictObject({ black: number, white: number, gamma: number });
const curve = z.array(point).max(MAX_CURVE_POINTS);

const adjustment = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('brightness-contrast'), brightness: number, contrast: number }),
  z.strictObject({ kind: z.literal('levels'), ...levels.shape, ...channels(levels) }),
  z.strictObject({ kind: z.literal('curves'), points: curve, ...channels(curve) }),
  z.strictObject({
    kind: z.literal('hue-saturation'),
    hue: number,
    saturation: number,
    lightness: number,
  }),
  z.strictObject({ kind: z.literal('exposure'), exposure: number }),
  z.strictObject({ kind: z.literal('temperature'), temperature: number, tint: number }),
  z.strictObject({ kind: z.literal('blur'), radius: number }),
  z.strictObject({ kind: z.literal('sharpen'), amount: number, radius: number }),
  z.strictObject({ kind: z.literal('grayscale'), amount: number }),
]);

/** Index of a mask, whether it is enabled, and whether it moves with what it masks. */
export const storedMask = z
  .strictObject({
    mask: count,
    enabled: z.boolean(),
    unlinked: z.exactOptional(z.literal(true)),
  })
  .nullable();

const base = {
  id,
  name,
  visible: z.boolean(),
  locked: z.boolean(),
  opacity: z.number().min(0).max(1),
  blendMode: z.enum(BLEND_MODES),
  clipped: z.boolean(),
  mask: storedMask,
};

const layer = z.discriminatedUnion('type', [
  z.strictObject({
    ...base,
    type: z.literal('raster'),
    raster: count,
    transform: matrix,
    // Nor any such lock.
    alphaLocked: z.boolean().default(false),
    recipe: count.nullable(),
  }),
  z.strictObject({
    ...base,
    type: z.literal('group'),
    // Older projects have none that do.
    passThrough: z.boolean().default(false),
    children: z.array(count).max(MAX_LAYERS),
  }),
  z.strictObject({
    ...base,
    type: z.literal('text'),
    transform: matrix,
    text: z.string().max(MAX_TEXT),
    fontFamily: z.string().max(1000),
    fontSize: number,
    fontWeight: number,
    italic: z.boolean(),
    align: z.enum(['left', 'center', 'right']),
    // Older projects have none.
    boxWidth: number.nullable().default(null),
    lineHeight: number,
    fill: colour,
  }),
  z.strictObject({
    ...base,
    type: z.literal('shape'),
    transform: matrix,
    shape: z.enum(['rectangle', 'ellipse', 'line']),
    width: number,
    height: number,
    cornerRadius: number,
    fill: colour.nullable(),
    stroke: colour.nullable(),
    strokeWidth: number,
  }),
  z.strictObject({ ...base, type: z.literal('adjustment'), adjustment }),
]);

const document = z.strictObject({
  width: side,
  height: side,
  layers: z.array(count).max(MAX_LAYERS),
  selection: count.nullable(),
  protection: count.nullable(),
  active: z.array(id).max(MAX_LAYERS),
  guides: z
    .array(z.strictObject({ axis: z.enum(['horizontal', 'vertical']), position: number }))
    .max(MAX_GUIDES),
});

const nodeId = z.int();
const node = z.strictObject({
  id: nodeId,
  parent: nodeId.nullable(),
  label: z.strictObject({
    key: z.string().max(200),
    params: z.record(z.string().max(100), z.union([z.string().max(10_000), number])).optional(),
  }),
  name: z.string().max(1000).optional(),
  at: number,
  document: count,
  recipe: count.nullable(),
  pinned: z.boolean(),
  /** The state that redo leads to. */
  next: nodeId.nullable(),
});

/** Id and length of a tile. */
const tile = z.tuple([count.max(MAX_TILE_ID), z.literal([TILE_BYTES, MASK_TILE_BYTES])]);

const table = <T extends z.ZodType>(of: T) => z.array(of).max(MAX_ENTRIES);

const tables = {
  tiles: table(tile),
  rasters: table(raster),
  masks: table(mask),
  recipes: table(recipe),
  layers: table(layer),
  documents: z.array(document).min(1).max(READ_BUDGET.states),
};

const header = { format: z.literal(FORMAT), version: z.literal([FIRST_VERSION, VERSION]) };

/** What is kept beside the history, and the pixels that it refers to by their place in these lists. */
const beside = z.strictObject({
  /** Whether something is in it that would be missed. */
  holds: z.boolean(),
  value: z.unknown(),
  rasters: z.array(count).max(10_000),
  masks: z.array(count).max(10_000),
});
/** Pictures that recipes name, by these names. */
const pictures = z.array(z.tuple([z.string().min(1).max(100), count])).max(10_000);

/** A document with its history. */
export const projectSchema = z.strictObject({
  ...header,
  ...tables,
  nodes: z.array(node).min(1).max(READ_BUDGET.states),
  current: nodeId,
  beside: z.exactOptional(beside),
  pictures: z.exactOptional(pictures),
});
export type Project = z.output<typeof projectSchema>;

/** One state. */
export const stateSchema = z.strictObject({ ...header, ...tables });
export type State = z.output<typeof stateSchema>;

/** Just what lies beside the JSON. */
export const layoutSchema = z.looseObject({ ...header, tiles: tables.tiles });
