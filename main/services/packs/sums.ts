/** Check sums of what is put together of pieces, by those of the pieces: nothing is read again. */

const ADLER = 65_521;
/** The most steps after which sums of 32 bits still hold. */
const STEPS = 5552;

/** Adler-32, as zlib has it. */
export function adler32(bytes: Uint8Array): number {
  let a = 1;
  let b = 0;
  for (let at = 0; at < bytes.length;) {
    const end = Math.min(bytes.length, at + STEPS);
    for (; at < end; at++) {
      a += bytes[at] ?? 0;
      b += a;
    }
    a %= ADLER;
    b %= ADLER;
  }
  return b * 65_536 + a;
}

/** Adler-32 of two pieces one after the other. @param length bytes of the second */
export function joinAdler(first: number, second: number, length: number): number {
  const [a1, b1] = [first % 65_536, Math.floor(first / 65_536)];
  const [a2, b2] = [second % 65_536, Math.floor(second / 65_536)];
  const a = (a1 + a2 - 1 + ADLER) % ADLER;
  const b = (b1 + b2 + (length % ADLER) * ((a1 - 1 + ADLER) % ADLER)) % ADLER;
  return b * 65_536 + a;
}

/** A linear map of 32 bits: what each bit becomes. */
type Bits = Uint32Array;

function applied(map: Bits, value: number): number {
  let out = 0;
  for (let bit = 0; value !== 0; bit++, value >>>= 1) if (value & 1) out ^= map[bit] ?? 0;
  return out >>> 0;
}

const squared = (map: Bits): Bits => map.map((value) => applied(map, value));

/** What one byte of nothing does to a CRC. */
function zeroByte(): Bits {
  // one bit: a shift, and the polynomial for what falls out
  const bit = Uint32Array.from({ length: 32 }, (_, n) => (n === 0 ? 0xedb88320 : 1 << (n - 1)));
  return squared(squared(squared(bit)));
}

/** Maps of 1, 2, 4 ... bytes of nothing. */
const POWERS: Bits[] = [zeroByte()];

/** CRC-32 of two pieces one after the other. @param length bytes of the second */
export function joinCrc(first: number, second: number, length: number): number {
  let crc = first;
  for (let left = length, n = 0; left > 0; left = Math.floor(left / 2), n++) {
    const power = POWERS[n] ?? (POWERS[n] = squared(POWERS[n - 1] ?? zeroByte()));
    if (left % 2 === 1) crc = applied(power, crc);
  }
  return (crc ^ second) >>> 0;
}
