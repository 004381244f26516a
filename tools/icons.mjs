/**
 * Icons of the app and of its projects from the drawings in assets/icons: `node tools/icons.mjs`
 * writes to .cache/icons what electron-builder.yml names.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { root } from './program.mjs';

/** Side of a drawing in its own units, see the viewBox. */
const DRAWN = 32;

/** Sides in pixels: of Linux's icons, and of those in an .ico. */
export const LINUX_SIZES = [16, 24, 32, 48, 64, 128, 256, 512];
export const ICO_SIZES = [16, 24, 32, 48, 64, 128, 256];

/**
 * Entries of an .icns that may be PNG, and their sides. Those of 16 and 32 pixels for old screens
 * (icp4, icp5) are not shown properly inside an app; macOS makes them of the larger ones.
 */
export const ICNS_TYPES = {
  ic11: 32,
  ic12: 64,
  ic07: 128,
  ic13: 256,
  ic08: 256,
  ic14: 512,
  ic09: 512,
  ic10: 1024,
};

/** Part of an app's icon on macOS that is drawn on; the rest around it stays empty. */
const MAC_PART = 824 / 1024;

/** A drawing of assets/icons by its name, as SVG. */
export function drawing(name) {
  return readFileSync(join(root, 'assets', 'icons', `${name}.svg`));
}

/**
 * Draws an SVG.
 * @param size side of the picture in pixels
 * @param part of the side that the drawing takes up, in the middle
 * @returns PNG with transparency
 */
export async function render(svg, size, part = 1) {
  const side = Math.round((size * part) / 2) * 2;
  const picture = sharp(svg, { density: (72 * side) / DRAWN }).resize(side, side);
  const border = (size - side) / 2;
  const background = { r: 0, g: 0, b: 0, alpha: 0 };
  const around = { top: border, bottom: border, left: border, right: border, background };
  return picture.extend(around).png({ compressionLevel: 9 }).toBuffer();
}

/**
 * A Windows icon: a header, a table, and the pictures as they are.
 * @param pictures of at most 256 pixels: `{ size, png }`
 */
export function ico(pictures) {
  const header = Buffer.alloc(6 + 16 * pictures.length);
  header.writeUInt16LE(1, 2);
  header.writeUInt16LE(pictures.length, 4);
  let offset = header.length;
  for (const [index, { size, png }] of pictures.entries()) {
    if (size > 256) throw new RangeError(`an .ico holds at most 256 pixels a side, not ${size}`);
    const at = 6 + 16 * index;
    // A byte each for width and height: 0 is 256.
    header.writeUInt8(size % 256, at);
    header.writeUInt8(size % 256, at + 1);
    header.writeUInt16LE(1, at + 4);
    header.writeUInt16LE(32, at + 6);
    header.writeUInt32LE(png.length, at + 8);
    header.writeUInt32LE(offset, at + 12);
    offset += png.length;
  }
  return Buffer.concat([header, ...pictures.map(({ png }) => png)]);
}

/**
 * A macOS icon: entries of four letters, their length with these eight bytes, and the picture.
 * @param pictures `{ type, png }`
 */
export function icns(pictures) {
  const entries = pictures.map(({ type, png }) => chunk(type, png));
  return chunk('icns', Buffer.concat(entries));
}

function chunk(type, data) {
  const head = Buffer.alloc(8);
  head.write(type, 'latin1');
  head.writeUInt32BE(8 + data.length, 4);
  return Buffer.concat([head, data]);
}

/** Writes the icons of one drawing. @param part see `render`, on macOS */
async function writeIcons(folder, name, part) {
  const svg = drawing(name);
  const forIco = ICO_SIZES.map(async (size) => ({ size, png: await render(svg, size) }));
  writeFileSync(join(folder, `${name}.ico`), ico(await Promise.all(forIco)));
  const types = Object.entries(ICNS_TYPES);
  const forIcns = types.map(async ([type, size]) => ({ type, png: await render(svg, size, part) }));
  writeFileSync(join(folder, `${name}.icns`), icns(await Promise.all(forIcns)));
}

/** Writes all icons. @returns the folder */
export async function makeIcons(folder = join(root, '.cache', 'icons')) {
  const linux = join(folder, 'linux');
  mkdirSync(linux, { recursive: true });
  await writeIcons(folder, 'icon', MAC_PART);
  await writeIcons(folder, 'document', 1);
  const svg = drawing('icon');
  for (const size of LINUX_SIZES) {
    writeFileSync(join(linux, `${size}x${size}.png`), await render(svg, size));
  }
  return folder;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.stdout.write(`${await makeIcons()}\n`);
}
