/** Coarse looks at a picture: how much of it is red, green or yellow, and how bright its sky is. */
import { readFile } from 'node:fs/promises';
import sharp from 'sharp';

/** Bytes of a picture without alpha. */
export interface Rgb {
  readonly width: number;
  readonly height: number;
  readonly data: Buffer;
}

/** Shares of the pixels of one half of a picture, 0 to 1. */
export interface Colours {
  readonly red: number;
  readonly green: number;
  readonly yellow: number;
  /** Mean brightness of the upper quarter, 0 to 255. */
  readonly sky: number;
}

/** Reads a picture's bytes. */
export async function readRgb(path: string): Promise<Rgb> {
  const image = sharp(await readFile(path)).removeAlpha();
  const { data, info } = await image.raw().toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data };
}

const isRed = (r: number, g: number, b: number): boolean => r > 1.5 * g && r > 1.5 * b && r > 60;
const isGreen = (r: number, g: number, b: number): boolean => g > 1.2 * r && g > 1.2 * b && g > 40;
const isYellow = (r: number, g: number, b: number): boolean =>
  Math.min(r, g) > 1.5 * b && Math.abs(r - g) < 0.35 * Math.max(r, g) && r > 80;

/** Colours of the left and of the right half; saturated ones count, day or night. */
export function halves(picture: Rgb): readonly [Colours, Colours] {
  const middle = Math.floor(picture.width / 2);
  return [coloursOf(picture, 0, middle), coloursOf(picture, middle, picture.width)];
}

function coloursOf({ width, height, data }: Rgb, from: number, to: number): Colours {
  let [red, green, yellow, sky] = [0, 0, 0, 0];
  const skyRows = Math.floor(height / 4);
  for (let y = 0; y < height; y++) {
    for (let x = from; x < to; x++) {
      const [r = 0, g = 0, b = 0] = data.subarray((y * width + x) * 3);
      if (isRed(r, g, b)) red++;
      if (isGreen(r, g, b)) green++;
      if (isYellow(r, g, b)) yellow++;
      if (y < skyRows) sky += (r + g + b) / 3;
    }
  }
  const pixels = (to - from) * height;
  const skyPixels = (to - from) * skyRows;
  return {
    red: red / pixels,
    green: green / pixels,
    yellow: yellow / pixels,
    sky: sky / skyPixels,
  };
}
