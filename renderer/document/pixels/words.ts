/** Pixels as one number each: alpha in the highest byte, as on every machine that runs JavaScript. */

/**
 * The first `count` pixels of some bytes: the same memory, or a copy where they do not begin at a
 * multiple of four.
 */
export function wordsOf(bytes: Uint8ClampedArray, count = bytes.length >> 2): Uint32Array {
  if (bytes.byteOffset % 4 === 0) return new Uint32Array(bytes.buffer, bytes.byteOffset, count);
  return new Uint32Array(bytes.slice(0, count * 4).buffer);
}
