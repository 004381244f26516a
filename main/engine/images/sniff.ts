import type { ImageFormat, Size } from './types.js';

const PNG_SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const AVIF_BRANDS = ['avif', 'avis'];
const HEIC_BRANDS = ['heic', 'heix', 'heim', 'heis', 'hevc', 'hevx', 'mif1', 'msf1'];
/** Names for what people drop by mistake, by how the file starts. */
const OTHERS: readonly (readonly [start: string, name: string])[] = [
  ['%PDF', 'a PDF document'],
  ['8BPS', 'a Photoshop document'],
  ['BM', 'a BMP picture'],
  ['PK\x03\x04', 'a ZIP archive'],
  ['gimp xcf', 'a GIMP document'],
  ['\xff\x0a', 'a JPEG XL picture'],
  ['\x00\x00\x00\x0cJXL ', 'a JPEG XL picture'],
  ['\x00\x00\x00\x0cjP  ', 'a JPEG 2000 picture'],
];

/** Characters of `bytes` in `[start, end)`, one per byte. */
function ascii(bytes: Uint8Array, start: number, end: number): string {
  return String.fromCharCode(...bytes.subarray(start, end));
}

/** Brands of an ISO base media file (`ftyp` box), major brand first; empty for other files. */
function brands(bytes: Uint8Array): string[] {
  if (ascii(bytes, 4, 8) !== 'ftyp') return [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = Math.min(view.getUint32(0), bytes.length, 256);
  const found: string[] = [];
  for (let at = 8; at + 4 <= end; at += 4) {
    if (at !== 12) found.push(ascii(bytes, at, at + 4)); // 12 holds the minor version
  }
  return found;
}

/** Format of an encoded picture by its first bytes, never by its name; null for anything else. */
export function sniffFormat(bytes: Uint8Array): ImageFormat | null {
  if (bytes.length < 12) return null;
  if (PNG_SIGNATURE.every((byte, i) => bytes[i] === byte)) return 'png';
  if (bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff) return 'jpeg';
  if (ascii(bytes, 0, 4) === 'RIFF' && ascii(bytes, 8, 12) === 'WEBP') return 'webp';
  if (['II*\0', 'MM\0*', 'II+\0', 'MM\0+'].includes(ascii(bytes, 0, 4))) return 'tiff';
  if (['GIF87a', 'GIF89a'].includes(ascii(bytes, 0, 6))) return 'gif';
  if (brands(bytes).some((brand) => AVIF_BRANDS.includes(brand))) return 'avif';
  return null;
}

/** What a file that is no readable picture seems to be, for the message about it. */
export function describeUnknown(bytes: Uint8Array): string {
  if (bytes.length === 0) return 'the file is empty';
  const start = ascii(bytes, 0, 64);
  const other = OTHERS.find(([magic]) => start.startsWith(magic));
  if (other) return `it is ${other[1]}`;
  if (brands(bytes).some((brand) => HEIC_BRANDS.includes(brand))) return 'it is a HEIC photo';
  const text = ascii(bytes, 0, 512).trimStart().toLowerCase();
  if (text.startsWith('<svg') || (text.startsWith('<?xml') && text.includes('<svg'))) {
    return 'it is an SVG drawing';
  }
  const binary = bytes.subarray(0, 512).some((byte) => byte < 9 || (byte > 13 && byte < 32));
  return binary ? 'its contents are of no known picture format' : 'it holds text';
}

/**
 * Width and height a PNG's header states. Read by hand because libvips wants pixel data behind the
 * header before it tells the size, and a header alone can already ask for too much.
 */
export function pngHeaderSize(bytes: Uint8Array): Size | null {
  if (bytes.length < 24 || ascii(bytes, 12, 16) !== 'IHDR') return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return { width: view.getUint32(16), height: view.getUint32(20) };
}

/** Whether a PNG's chunks run past the end of the file or stop before IEND. */
function pngIsCut(bytes: Uint8Array, view: DataView): boolean {
  let at = PNG_SIGNATURE.length;
  while (at + 12 <= bytes.length) {
    if (ascii(bytes, at + 4, at + 8) === 'IEND') return false;
    at += 12 + view.getUint32(at);
  }
  return true;
}

/** Bytes of a value of each TIFF field type, by the type's number. */
const TIFF_TYPE_BYTES = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8];

/** Whether a TIFF's first directory, often at the end of the file, or its values are not all there. */
function tiffIsCut(bytes: Uint8Array, view: DataView): boolean {
  if (bytes.length < 16) return true;
  const little = bytes[0] === 0x49;
  if (view.getUint16(2, little) === 43) return view.getBigUint64(8, little) + 8n > bytes.length;
  const directory = view.getUint32(4, little);
  if (directory + 2 > bytes.length) return true;
  const entries = view.getUint16(directory, little);
  if (directory + 6 + 12 * entries > bytes.length) return true;
  for (let at = directory + 2; at < directory + 2 + 12 * entries; at += 12) {
    const size = TIFF_TYPE_BYTES[view.getUint16(at + 2, little)] ?? 0;
    const length = size * view.getUint32(at + 4, little);
    if (length > 4 && view.getUint32(at + 8, little) + length > bytes.length) return true;
  }
  return false;
}

/**
 * Whether the container itself says that bytes are missing at its end. Only used to tell a cut
 * file from an otherwise damaged one, after decoding has failed; formats without such a statement
 * answer false and are told apart by what the decoder says.
 */
export function isCutShort(bytes: Uint8Array, format: ImageFormat): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (format === 'png') return pngIsCut(bytes, view);
  if (format === 'webp') return view.getUint32(4, true) + 8 > bytes.length;
  if (format === 'tiff') return tiffIsCut(bytes, view);
  return false;
}
