/** Pictures of files that results resemble: a document has each once, whatever refers to it. */
import { TILE_BYTES } from '../document/pixels/tiles.js';
import type { Pictures } from '../document/serialise.js';
import type { Raster } from '../document/types.js';

/** Bytes of their pixels that are kept on disk with one document; the latest go first. */
const MOST = 512 * 2 ** 20;

/** What pixels are called: the same pixels have the same name on every machine. */
export async function pictureName(
  data: Uint8ClampedArray,
  { width, height }: { readonly width: number; readonly height: number },
): Promise<string> {
  const hash = new Uint8Array(
    await crypto.subtle.digest('SHA-256', data as Uint8ClampedArray<ArrayBuffer>),
  );
  const digits = [...hash].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return `${width}x${height}-${digits}`;
}

/** Whether all pixels are in memory. */
export function isRead({ tiles }: Pick<Raster, 'tiles'>): boolean {
  return [...tiles.values()].every(({ data }) => data.byteLength > 0);
}

export class ReferencePictures {
  /** The latest last; those of an opened project without bytes, until they are wanted. */
  readonly #pictures = new Map<string, Raster>();

  add(name: string, raster: Raster): void {
    this.#pictures.delete(name);
    this.#pictures.set(name, raster);
  }

  find(name: string): Raster | undefined {
    return this.#pictures.get(name);
  }

  /** Those that are kept on disk. */
  get kept(): Pictures {
    let left = MOST;
    const all = [...this.#pictures].reverse();
    return new Map(all.filter(([, { tiles }]) => (left -= tiles.size * TILE_BYTES) >= 0));
  }

  clear(): void {
    this.#pictures.clear();
  }
}
