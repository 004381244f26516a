/** Pictures as a test looks at them: their bytes, and how bright their sky is. */
import { readFile } from 'node:fs/promises';
import sharp from 'sharp';

/** Bytes of a picture without alpha. */
export interface Rgb {
  readonly width: number;
  readonly height: number;
  readonly data: Buffer;
}

/** Reads a picture's bytes. */
export async function readRgb(path: string): Promise<Rgb> {
  const image = sharp(await readFile(path)).removeAlpha();
  const { data, info } = await image.raw().toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data };
}

/** Mean brightness of the upper quarter, 0 to 255. */
export function skyBrightness({ width, height, data }: Rgb): number {
  const sky = data.subarray(0, Math.floor(height / 4) * width * 3);
  return sky.reduce((sum, value) => sum + value, 0) / sky.length;
}
