/** Masks as pictures: what a person sees who looks at one, or through one. */
import { TILE } from '../types.js';
import type { Mask, MaskTile, Raster, RasterLayer, StudioDocument, Tile } from '../types.js';
import { IDENTITY } from './matrix.js';
import { columnsOf, MASK_TILE_BYTES, newTile, rowsOf, TILE_BYTES } from './tiles.js';
import { maskBytes } from './mask-operations.js';

/** Red, green, blue and alpha of a value of a mask. */
type Look = (value: number) => readonly [number, number, number, number];

/** Drawings of tiles, kept as long as they: only what changed is drawn anew. */
class Drawn {
  readonly #look: Look;
  readonly #tiles = new WeakMap<MaskTile, Tile>();
  readonly #even = new Map<number, Tile>();

  constructor(look: Look) {
    this.#look = look;
  }

  raster(mask: Mask): Raster {
    const tiles = new Map<number, Tile>();
    const count = columnsOf(mask) * rowsOf(mask);
    const outside = this.#outside(mask.outside);
    for (let key = 0; key < count; key++) {
      const tile = mask.tiles.get(key);
      const drawn = tile ? this.#tile(tile) : outside;
      if (drawn) tiles.set(key, drawn);
    }
    return { width: mask.width, height: mask.height, tiles };
  }

  #tile(tile: MaskTile): Tile {
    const known = this.#tiles.get(tile);
    if (known) return known;
    const made = this.#draw(tile.data);
    this.#tiles.set(tile, made);
    return made;
  }

  /** null: nothing is seen there. */
  #outside(value: 0 | 255): Tile | null {
    if (this.#look(value)[3] === 0) return null;
    const known = this.#even.get(value);
    if (known) return known;
    const made = this.#draw(new Uint8ClampedArray(MASK_TILE_BYTES).fill(value));
    this.#even.set(value, made);
    return made;
  }

  #draw(values: Uint8ClampedArray): Tile {
    const looks = Array.from({ length: 256 }, (_, value) => this.#look(value));
    const data = new Uint8ClampedArray(TILE_BYTES);
    for (let i = 0; i < TILE * TILE; i++) data.set(looks[values[i] ?? 0] ?? [], i * 4);
    return newTile(data);
  }
}

const grey = new Drawn((value) => [value, value, value, 255]);
/** Red lies over what is hidden, as the film of retouchers did. */
const veil = new Drawn((value) => [255, 45, 85, Math.round((255 - value) * 0.55)]);

function layerOf(id: string, raster: Raster): RasterLayer {
  return {
    id,
    type: 'raster',
    name: id,
    visible: true,
    locked: true,
    opacity: 1,
    blendMode: 'normal',
    clipped: false,
    mask: null,
    raster,
    transform: IDENTITY,
    alphaLocked: true,
    recipe: null,
  };
}

/** The document with a mask in place of its picture: white is where it shows, black where it hides. */
export function maskAlone(document: StudioDocument, mask: Mask): StudioDocument {
  return { ...document, layers: [layerOf('mask-alone', grey.raster(mask))] };
}

/** The document with red over what a mask hides. */
export function maskOver(document: StudioDocument, mask: Mask): StudioDocument {
  return { ...document, layers: [...document.layers, layerOf('mask-over', veil.raster(mask))] };
}

/** Raw RGBA of a mask in grey, for tools that look at colours. */
export function maskColours(mask: Mask) {
  const { width, height } = mask;
  const data = new Uint8ClampedArray(width * height * 4);
  for (const [i, value] of maskBytes(mask).entries()) {
    data.fill(value, i * 4, i * 4 + 3);
    data[i * 4 + 3] = 255;
  }
  return { width, height, data };
}
