/** Pictures that tests drop and compare. */
import { decodeImage, encodePng } from '../../main/engine/images/index.js';

/** A picture with a different colour in every region, so that what was moved or lost is seen. */
export async function testPicture(width: number, height: number): Promise<Uint8Array> {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = (y * width + x) * 3;
      data[at] = (x * 255) / width;
      data[at + 1] = (y * 255) / height;
      data[at + 2] = (x ^ y) & 255;
    }
  }
  return encodePng({ width, height, channels: 3, data });
}

/** Pixels of a file as RGB. */
export async function pixelsOfFile(bytes: Uint8Array) {
  const { data, width, height, channels } = await decodeImage({ data: bytes });
  return { data, width, height, channels };
}
