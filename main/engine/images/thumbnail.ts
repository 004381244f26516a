import { sharp } from './sharp.js';
import type { Pixels } from './types.js';

/** A picture scaled down to fit a square of `side` pixels; a smaller one stays as large as it is. */
export async function thumbnail(image: Pixels, side: number): Promise<Pixels> {
  const { width, height, channels, data } = image;
  const { data: small, info } = await sharp(data, { raw: { width, height, channels } })
    .resize({ width: side, height: side, fit: 'inside', withoutEnlargement: true })
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, channels, data: new Uint8Array(small) };
}
