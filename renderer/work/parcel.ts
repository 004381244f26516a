/**
 * Rasters and masks as messages carry them: tiles that both sides know go by name, those of masks
 * that are the same all over by their value, and only the others with their bytes.
 */
import { newMaskTile, newTile } from '../document/pixels/tiles.js';
import { evenValue, solidMaskTile } from '../document/selection/mask-rows.js';
import type { Mask, MaskTile, Raster, Tile } from '../document/types.js';

/** What lies in tiles. */
export type Holder = Raster | Mask;
/** A tile of either; they differ only in how many bytes a pixel has. */
export type AnyTile = Tile | MaskTile;

type WireTile =
  { readonly known: number } | { readonly even: 0 | 255 } | { readonly bytes: Uint8ClampedArray };

interface Wire {
  readonly width: number;
  readonly height: number;
  /** Null for rasters. */
  readonly outside: 0 | 255 | null;
  readonly wireTiles: readonly (readonly [key: number, tile: WireTile])[];
}

/** The name of a tile that the other side knows; undefined: it has to get the bytes. */
export type NameOf = (tile: AnyTile, holder: Holder, key: number) => number | undefined;
/** The tile of a name. */
export type TileOf = (name: number) => AnyTile;

const isPlain = (value: object): value is Record<string, unknown> =>
  Object.getPrototypeOf(value) === Object.prototype;

const isHolder = (value: object): value is Holder => 'tiles' in value && value.tiles instanceof Map;

const isWire = (value: object): value is Wire => 'wireTiles' in value;

/** A value with other things in the place of those that `change` knows, however deep they lie. */
function mapDeep(value: unknown, change: (value: object) => object | undefined): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const changed = change(value);
  if (changed) return changed;
  if (Array.isArray(value)) return value.map((item: unknown) => mapDeep(item, change));
  if (!isPlain(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, mapDeep(item, change)]),
  );
}

/**
 * A value as a message carries it.
 * @param name of tiles that need no bytes, for the other side knows them
 * @returns what to send, and the bytes in it that belong to nobody else and may be transferred
 */
export function pack(
  value: unknown,
  name: NameOf,
): { readonly packed: unknown; readonly own: readonly ArrayBufferLike[] } {
  const own = new Set<ArrayBufferLike>();
  const packed = mapDeep(value, (item) => {
    if (ArrayBuffer.isView(item)) {
      own.add(item.buffer);
      return item;
    }
    return isHolder(item) ? wireOf(item, name, own) : undefined;
  });
  return { packed, own: [...own] };
}

function wireOf(holder: Holder, name: NameOf, own: Set<ArrayBufferLike>): Wire {
  const outside = 'outside' in holder ? holder.outside : null;
  const wireTiles = [...holder.tiles].map(([key, tile]): [number, WireTile] => {
    const even = outside === null ? undefined : evenValue(tile.data);
    if (even === 0 || even === 255) return [key, { even }];
    const known = name(tile, holder, key);
    if (known !== undefined) return [key, { known }];
    // A view of more than the tile would take all of that along.
    const whole = tile.data.byteLength === tile.data.buffer.byteLength;
    const bytes = whole ? tile.data : tile.data.slice();
    own.add(bytes.buffer);
    return [key, { bytes }];
  });
  return { width: holder.width, height: holder.height, outside, wireTiles };
}

/** What a message carried; tiles that came as one are one again. */
export function unpack(value: unknown, tileOf: TileOf): unknown {
  const made = new Map<Uint8ClampedArray, AnyTile>();
  const read = (wire: WireTile, mask: boolean): AnyTile => {
    if ('known' in wire) return tileOf(wire.known);
    if ('even' in wire) return solidMaskTile(wire.even);
    const tile = made.get(wire.bytes) ?? (mask ? newMaskTile(wire.bytes) : newTile(wire.bytes));
    made.set(wire.bytes, tile);
    return tile;
  };
  return mapDeep(value, (item) => {
    if (ArrayBuffer.isView(item)) return item;
    if (!isWire(item)) return undefined;
    const { width, height, outside, wireTiles } = item;
    const tiles = new Map(wireTiles.map(([key, tile]) => [key, read(tile, outside !== null)]));
    return outside === null ? { width, height, tiles } : { width, height, outside, tiles };
  });
}
