/** Pictures for tests, made of numbers. */
import { encodePng } from '../../main/engine/images/index.js';
import type { Pixels } from '../../main/engine/images/index.js';

/** A picture whose every pixel `paint` gives as RGB. */
export function paintPicture(
  width: number,
  height: number,
  paint: (x: number, y: number) => readonly [number, number, number],
): Pixels {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) data.set(paint(x, y), (y * width + x) * 3);
  }
  return { width, height, channels: 3, data };
}

/** A photo-like picture: gradients, an edge and fine texture. */
export function scene(width: number, height: number): Pixels {
  return paintPicture(width, height, (x, y) => {
    const texture = ((x * 7 + y * 13) % 11) * 4;
    const inside = x > width / 3 && x < (2 * width) / 3 && y > height / 3;
    return inside
      ? [200 - texture, 60 + texture, 40]
      : [Math.round((x / width) * 180) + texture, Math.round((y / height) * 180) + texture, 120];
  });
}

/** A mask, white inside the rectangle. */
export function rectangleMask(
  width: number,
  height: number,
  rect: { readonly x: number; readonly y: number; readonly width: number; readonly height: number },
): Pixels {
  return paintPicture(width, height, (x, y) => {
    const inside =
      x >= rect.x && x < rect.x + rect.width && y >= rect.y && y < rect.y + rect.height;
    return inside ? [255, 255, 255] : [0, 0, 0];
  });
}

/** A picture as the bytes of a PNG file. */
export async function pngInput(pixels: Pixels): Promise<{ readonly data: Uint8Array }> {
  return { data: await encodePng(pixels) };
}
