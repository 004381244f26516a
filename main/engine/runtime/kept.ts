import { createHash } from 'node:crypto';

/** Bounds of what is kept. */
export interface KeptLimits {
  readonly entries: number;
  readonly bytes: number;
}

/**
 * Results of one kind for the inputs they were asked for last, so that the next request on the same
 * picture or prompt need not compute them again. Nothing in them may be changed by who gets them.
 */
export class Kept<Value> {
  readonly #limits: KeptLimits;
  readonly #sizeOf: (value: Value) => number;
  /** In the order of their last use. */
  readonly #values = new Map<string, { readonly value: Value; readonly bytes: number }>();
  #bytes = 0;

  /** @param sizeOf bytes of a result */
  constructor(limits: KeptLimits, sizeOf: (value: Value) => number) {
    this.#limits = limits;
    this.#sizeOf = sizeOf;
  }

  /** Bytes of all that is kept. */
  get bytes(): number {
    return this.#bytes;
  }

  /**
   * The result for these inputs, computed if it is not kept.
   * @param key of everything that it depends on; see {@link keyOf}
   * @throws whatever `compute` throws, which is not kept
   */
  async get(key: string, compute: () => Promise<Value>): Promise<Value> {
    const known = this.#values.get(key);
    if (known !== undefined) {
      this.#values.delete(key);
      this.#values.set(key, known);
      return known.value;
    }
    const value = await compute();
    this.#keep(key, value);
    return value;
  }

  #keep(key: string, value: Value): void {
    const bytes = this.#sizeOf(value);
    const { entries, bytes: most } = this.#limits;
    if (entries === 0 || bytes > most) return;
    this.#values.set(key, { value, bytes });
    this.#bytes += bytes;
    for (const [oldest, held] of this.#values) {
      if (this.#values.size <= entries && this.#bytes <= most) break;
      this.#values.delete(oldest);
      this.#bytes -= held.bytes;
    }
  }
}

/** What a result depends on. */
export type KeyPart = string | number | Float32Array | readonly number[];

/** One key of everything a result depends on: SHA-256 of kinds, lengths and contents. */
export function keyOf(...parts: readonly KeyPart[]): string {
  const hash = createHash('sha256');
  for (const part of parts) {
    if (part instanceof Float32Array) {
      hash.update(`f${part.length};`);
      hash.update(new Uint8Array(part.buffer, part.byteOffset, part.byteLength));
    } else hash.update(`${JSON.stringify(part)};`);
  }
  return hash.digest('base64');
}
