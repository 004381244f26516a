import { expect } from 'vitest';

import type { Blobs } from '../../../../../main/services/documents/blobs-port.js';

/** Blobs in a map, for tests. */
export class MemoryBlobs implements Blobs {
  readonly #kept: Map<string, Uint8Array>;
  #last: number;

  /** @param from blobs that are in it too */
  constructor(from?: MemoryBlobs) {
    this.#kept = new Map(from === undefined ? [] : from.#kept);
    this.#last = this.#kept.size;
  }

  put(bytes: Uint8Array): string {
    const id = `blob${String(this.#last++).padStart(20, '0')}`;
    this.#kept.set(id, bytes);
    return id;
  }

  read(id: string): Promise<Uint8Array> {
    const bytes = this.#kept.get(id);
    return bytes ? Promise.resolve(bytes) : Promise.reject(new Error(`no blob ${id}`));
  }

  sizeOf(id: string): number {
    return this.#kept.get(id)?.length ?? 0;
  }

  async slice(id: string, start: number, length: number): Promise<Uint8Array> {
    return (await this.read(id)).subarray(start, start + length);
  }

  join(ids: readonly string[]): string {
    const parts = ids.map((id) => this.#kept.get(id) ?? new Uint8Array(0));
    this.drop(ids);
    return this.put(Buffer.concat(parts));
  }

  async fill(
    size: number,
    use: (put: (bytes: Uint8Array, at: number) => Promise<void>) => Promise<void>,
  ): Promise<string> {
    const all = new Uint8Array(size);
    await use((bytes, at) => {
      all.set(bytes, at);
      return Promise.resolve();
    });
    return this.put(all);
  }

  drop(ids: readonly string[]): void {
    for (const id of ids) this.#kept.delete(id);
  }

  get count(): number {
    return this.#kept.size;
  }
}

/** Raw RGBA in which every pixel tells where it is; alpha from 0 to 255. */
export function pattern(width: number, height: number, salt = 0): Uint8Array {
  const data = new Uint8Array(width * height * 4);
  for (let i = 0; i < width * height; i++) {
    const [x, y] = [i % width, Math.floor(i / width)];
    data.set(
      [(x * 7 + salt) & 255, (y * 11 + salt) & 255, (x * y + salt) & 255, (i * 3) & 255],
      i * 4,
    );
  }
  return data;
}

/** Raw RGBA of one colour. */
export function flat(width: number, height: number, colour: readonly number[]): Uint8Array {
  return Uint8Array.from({ length: width * height * 4 }, (_, i) => colour[i % 4] ?? 0);
}

/** The RGBA of a pixel. */
export function pixelAt(data: Uint8Array, width: number, x: number, y: number): number[] {
  return [...data.subarray((y * width + x) * 4, (y * width + x) * 4 + 4)];
}

/** What an error of ours with this code looks like. */
export const withCode = (code: string, words = /./) =>
  expect.objectContaining({ code, message: expect.stringMatching(words) as string }) as Error;
