import { deflateSync } from 'node:zlib';

import { decodeImage } from './decode.js';
import { encodeChunk, insertChunks } from './png.js';
import { toRgba } from './rgba.js';
import { sharp } from './sharp.js';
import type { Pixels } from './types.js';

/** Bytes of an ICC profile's header. */
const HEADER = 128;

/**
 * Converts pixels from the colours of an embedded ICC profile to sRGB, as RGBA. Profiles of other
 * colour models than RGB, and damaged ones, leave the pixels as they are.
 */
export async function fromProfile(image: Pixels, profile: Uint8Array): Promise<Pixels> {
  const model = Buffer.from(profile.buffer, profile.byteOffset, profile.length)
    .subarray(16, 20)
    .toString('latin1');
  if (profile.length <= HEADER || model !== 'RGB ') return image;
  const { width, height, channels, data } = image;
  // the one way to hand littlecms a profile from memory is inside a file
  const plain = await sharp(data, { raw: { width, height, channels } })
    .png({ compressionLevel: 0 })
    .toBuffer();
  const named = Buffer.concat([Buffer.from('profile\0\0', 'latin1'), deflateSync(profile)]);
  const png = insertChunks(plain, [encodeChunk('iCCP', named)]);
  const converted = await decodeImage({ data: png });
  return { width, height, channels: 4, data: toRgba(converted) };
}
