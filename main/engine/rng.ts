/**
 * Philox4x32-10, the counter-based generator of Salmon, Moraes, Dror and Shaw, "Parallel random
 * numbers: as easy as 1, 2, 3" (SC 2011). A block of four 32-bit words is a pure function of a key
 * and a counter, so a number depends on nothing but its place: not on what was drawn before, not
 * on threads, not on how many pictures are made together.
 *
 * Nativa's use of it: key = the seed (low word, high word), counter = (block, 0, purpose, 0).
 * Picture k of a request has the seed `seed + k`, so every picture of a batch can be made again
 * alone, and the first of a batch is what the same request makes alone.
 */

/** What a stream of numbers is for; streams of different purposes are independent. */
export const PURPOSES = Object.freeze({ tokens: 0, latents: 1 });

/** Name of a purpose. */
export type Purpose = keyof typeof PURPOSES;

/** Four 32-bit words: a counter or a block of random bits. */
export type Block = readonly [number, number, number, number];

const MULTIPLIER_0 = 0xd2511f53;
const MULTIPLIER_1 = 0xcd9e8d57;
const WEYL_0 = 0x9e3779b9;
const WEYL_1 = 0xbb67ae85;
const ROUNDS = 10;
const WORD = 2 ** 32;

/** Largest seed: the largest integer a JavaScript number holds exactly. */
export const MAX_SEED = Number.MAX_SAFE_INTEGER;

/** Upper 32 bits of the product of two unsigned 32-bit integers, by 16-bit halves. */
function multiplyHigh(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const middle = aHigh * bLow + ((aLow * bLow) >>> 16);
  const carry = aLow * bHigh + (middle & 0xffff);
  return (aHigh * bHigh + Math.floor(middle / 65536) + Math.floor(carry / 65536)) >>> 0;
}

/** One block of Philox4x32-10: 128 random bits for a counter and a 64-bit key. */
export function philox4x32(counter: Block, key: readonly [number, number]): Block {
  let [c0, c1, c2, c3] = counter;
  let [k0, k1] = key;
  for (let round = 0; round < ROUNDS; round++) {
    const high0 = multiplyHigh(MULTIPLIER_0, c0);
    const low0 = Math.imul(MULTIPLIER_0, c0) >>> 0;
    const high1 = multiplyHigh(MULTIPLIER_1, c2);
    const low1 = Math.imul(MULTIPLIER_1, c2) >>> 0;
    c0 = (high1 ^ c1 ^ k0) >>> 0;
    c1 = low1;
    c2 = (high0 ^ c3 ^ k1) >>> 0;
    c3 = low0;
    k0 = (k0 + WEYL_0) >>> 0;
    k1 = (k1 + WEYL_1) >>> 0;
  }
  return [c0, c1, c2, c3];
}

/** Numbers for one purpose under one seed, by index: stateless, so any index may be asked first. */
export class RandomStream {
  readonly #key: readonly [number, number];
  readonly #purpose: number;

  /**
   * @param seed 0 to {@link MAX_SEED}
   * @throws RangeError for any other seed
   */
  constructor(seed: number, purpose: Purpose) {
    if (!Number.isSafeInteger(seed) || seed < 0) throw new RangeError(`seed ${seed} is no seed`);
    this.#key = [seed >>> 0, Math.floor(seed / WORD)];
    this.#purpose = PURPOSES[purpose];
  }

  /** Number `index` of the stream, uniform in [0, 1) with 53 bits. */
  uniform(index: number): number {
    const [a, b] = this.#block(index);
    return ((a >>> 5) * 67108864 + (b >>> 6)) / 2 ** 53;
  }

  /**
   * The first `count` standard normal numbers, by Box and Muller: each block of four words makes
   * two pairs (sqrt(-2 ln u) cos(2 pi v), sqrt(-2 ln u) sin(2 pi v)), with u and v centred in their
   * 2^-32 cell so that u is never 0.
   */
  normals(count: number): Float32Array<ArrayBuffer> {
    const values = new Float32Array(count);
    for (let i = 0; i < count; i += 4) {
      const words = this.#block(i / 4);
      for (let pair = 0; pair < 2; pair++) {
        const u = ((words[pair * 2] ?? 0) + 0.5) / WORD;
        const v = ((words[pair * 2 + 1] ?? 0) + 0.5) / WORD;
        const radius = Math.sqrt(-2 * Math.log(u));
        // writes past the end of a typed array are dropped, which is what the last block needs
        values[i + pair * 2] = radius * Math.cos(2 * Math.PI * v);
        values[i + pair * 2 + 1] = radius * Math.sin(2 * Math.PI * v);
      }
    }
    return values;
  }

  #block(index: number): Block {
    return philox4x32([index >>> 0, Math.floor(index / WORD), this.#purpose, 0], this.#key);
  }
}

/** Seed of picture `index` of a request: consecutive, back to 0 after {@link MAX_SEED}. */
export function candidateSeed(seed: number, index: number): number {
  const room = MAX_SEED - seed;
  return index <= room ? seed + index : index - room - 1;
}
