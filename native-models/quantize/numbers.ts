/** Half-precision numbers, which JavaScript has no arrays of, as 16 bits each. */
import type { ParameterType } from '../graphs/index.js';

const word = new Uint32Array(1);
const real = new Float32Array(word.buffer);

/** The number that IEEE 754 binary16 bits stand for. */
export function fromHalf(bits: number): number {
  return HALVES[bits] ?? NaN;
}

function takeApart(bits: number): number {
  const sign = (bits & 0x8000) === 0 ? 1 : -1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** The nearest binary16, ties to even; beyond its range an infinity. */
export function toHalf(value: number): number {
  real[0] = value;
  const bits = word[0] ?? 0;
  const sign = (bits >>> 16) & 0x8000;
  const size = bits & 0x7fff_ffff;
  if (size > 0x7f80_0000) return sign | 0x7e00;
  // 65520 and more are nearer to the number after the last.
  if (size >= 0x477f_f000) return sign | 0x7c00;
  if (size < 0x3880_0000) return sign | roundToEven(Math.abs(real[0]) * 2 ** 24);
  // The exponent's bias is 15 instead of 127; of 13 bits that fall away, more than half, or half
  // before an odd one, count for one; a carry goes into the exponent, as it should.
  const kept = size - (112 << 23);
  return sign | ((kept + 0xfff + ((kept >>> 13) & 1)) >>> 13);
}

function roundToEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}

/**
 * Numbers as they lie in a weight file, as float32.
 * @param bytes aligned to the size of an element
 */
export function toFloats(bytes: Uint8Array<ArrayBuffer>, type: ParameterType): Float32Array {
  const { buffer, byteOffset, byteLength } = bytes;
  if (type === 'F32') return new Float32Array(buffer, byteOffset, byteLength / 4);
  const halves = new Uint16Array(buffer, byteOffset, byteLength / 2);
  const floats = new Float32Array(halves.length);
  if (type === 'BF16') {
    const words = new Uint32Array(floats.buffer);
    for (let i = 0; i < halves.length; i++) words[i] = (halves[i] ?? 0) << 16;
    return floats;
  }
  for (let i = 0; i < halves.length; i++) floats[i] = HALVES[halves[i] ?? 0] ?? 0;
  return floats;
}

/** Every binary16 there is: a look-up is several times as fast as taking one apart. */
const HALVES = Float32Array.from({ length: 65_536 }, (_, bits) => takeApart(bits));
