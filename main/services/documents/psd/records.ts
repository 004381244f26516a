/** What a Photoshop file says of each of its layers. */
import type { WireLayer, WireMask } from '../../../../preload/contract.js';
import { toPsdKey } from '../blend-modes.js';
import { toPsdAdjustment } from './adjustments.js';

/** A channel in the order of the file: -1 is alpha, 0 to 2 are red, green and blue. */
export const CHANNELS = [-1, 0, 1, 2] as const;
/** The channel of a layer's mask, behind the others. */
const MASK = -2;

/** What kind of thing a record stands for, as its section says. */
export const SECTIONS = { layer: null, group: 1, end: 3 } as const;

/** A layer, a group, or the end of a group's layers. */
export interface Entry {
  readonly kind: keyof typeof SECTIONS;
  readonly name: string;
  readonly visible: boolean;
  readonly opacity: number;
  readonly blendMode: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly mask: WireMask | null;
  /** Shown only where the layer below it is that is not clipped. */
  readonly clipped: boolean;
  /** Of a group: its layers are drawn onto what lies below it. */
  readonly passThrough: boolean;
  /** What it does to the layers below it, as Photoshop writes that. */
  readonly adjustment?: Info;
}

/** A block of what is known of a layer, under its key. */
export interface Info {
  readonly key: string;
  readonly data: Buffer;
}

const NOWHERE = { x: 0, y: 0, width: 0, height: 0 };
const SIGNATURE = Buffer.from('8BIM');
/** Clipped to the base below it. */
const CLIPPED = 1;
const HIDDEN = 2;
/** The bit above says something. */
const HIDDEN_COUNTS = 8;
/** A mask that is switched off. */
const DISABLED = 2;

/** Layers in the file's order, bottom first; a group stands above its layers, and its end below. */
export function* entriesOf(
  layers: readonly WireLayer[],
): Generator<{ readonly entry: Entry; readonly pixels: string | null }> {
  for (const layer of layers) {
    if (layer.type === 'raster') {
      const { pixels, type: _type, mask = null, clipped = false, ...rest } = layer;
      yield { entry: { kind: 'layer', ...rest, mask, clipped, passThrough: false }, pixels };
      continue;
    }
    const { name, visible, opacity, blendMode, mask = null, clipped = false } = layer;
    const passThrough = layer.type === 'group' && layer.passThrough === true;
    const common = { visible, opacity, blendMode, mask, clipped, passThrough, ...NOWHERE };
    if (layer.type === 'adjustment') {
      const adjustment = toPsdAdjustment(layer.adjustment);
      yield { entry: { kind: 'layer', name, ...common, adjustment }, pixels: null };
      continue;
    }
    const end = {
      kind: 'end',
      ...common,
      mask: null,
      clipped: false,
      name: '</Layer group>',
    } as const;
    yield { entry: end, pixels: null };
    yield* entriesOf(layer.children);
    yield { entry: { kind: 'group', name, ...common }, pixels: null };
  }
}

/**
 * @param lengths bytes of each of CHANNELS and of the mask if there is one, with the two that say how
 *   it is packed
 */
export function recordOf(entry: Entry, lengths: readonly number[]): Buffer {
  const { x, y, width, height, kind } = entry;
  const bounds = Buffer.alloc(18);
  for (const [index, value] of [y, x, y + height, x + width].entries()) {
    bounds.writeInt32BE(value, index * 4);
  }
  const ids = entry.mask ? [...CHANNELS, MASK] : CHANNELS;
  bounds.writeUInt16BE(ids.length, 16);
  const channels = ids.map((channel, index) => {
    const bytes = Buffer.alloc(6);
    bytes.writeInt16BE(channel, 0);
    bytes.writeUInt32BE(lengths[index] ?? 0, 2);
    return bytes;
  });
  const look = Buffer.alloc(4);
  look.writeUInt8(Math.round(entry.opacity * 255), 0);
  look.writeUInt8(entry.clipped ? CLIPPED : 0, 1);
  look.writeUInt8((entry.visible ? 0 : HIDDEN) | HIDDEN_COUNTS, 2);
  const section = SECTIONS[kind];
  const extra = Buffer.concat([
    sized(entry.mask ? maskOf(entry.mask) : Buffer.alloc(0)),
    // No blending ranges.
    sized(Buffer.alloc(0)),
    shortName(entry.name),
    info('luni', longName(entry.name)),
    ...(entry.adjustment ? [info(entry.adjustment.key, entry.adjustment.data)] : []),
    ...(section === null ? [] : [info('lsct', sectionOf(section, modeOf(entry)))]),
  ]);
  // The record of a group that passes through says normal, and its section how it is.
  const plain = kind === 'end' || entry.passThrough;
  const mode = Buffer.from(plain ? 'norm' : toPsdKey(entry.blendMode), 'latin1');
  return Buffer.concat([bounds, ...channels, SIGNATURE, mode, look, sized(extra)]);
}

function modeOf({ blendMode, passThrough }: Entry): string {
  return passThrough ? 'pass' : toPsdKey(blendMode);
}

/** Where a mask lies, what it is elsewhere, and whether it counts. */
function maskOf({ x, y, width, height, outside, enabled }: WireMask): Buffer {
  const bytes = Buffer.alloc(20);
  for (const [index, value] of [y, x, y + height, x + width].entries()) {
    bytes.writeInt32BE(value, index * 4);
  }
  bytes.writeUInt8(outside, 16);
  bytes.writeUInt8(enabled ? 0 : DISABLED, 17);
  return bytes;
}

/** Bytes after their length. */
export function sized(bytes: Uint8Array): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

/** For programs that know no other: at most 255 bytes, together with their length a multiple of 4. */
function shortName(name: string): Buffer {
  const bytes = Buffer.from(name.replace(/[^\x20-\x7e]/g, '?'), 'latin1').subarray(0, 255);
  const out = Buffer.alloc(Math.ceil((bytes.length + 1) / 4) * 4);
  out.writeUInt8(bytes.length);
  bytes.copy(out, 1);
  return out;
}

function longName(name: string): Buffer {
  const count = Buffer.alloc(4);
  count.writeUInt32BE(name.length);
  return Buffer.concat([count, Buffer.from(name, 'utf16le').swap16()]);
}

function sectionOf(type: number, key: string): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(type);
  return Buffer.concat([bytes, SIGNATURE, Buffer.from(key, 'latin1')]);
}

function info(key: string, data: Buffer): Buffer {
  const padded = Buffer.alloc(Math.ceil(data.length / 4) * 4);
  data.copy(padded);
  return Buffer.concat([SIGNATURE, Buffer.from(key), sized(padded)]);
}
