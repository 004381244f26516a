/**
 * What a Photoshop file says of itself before its pixels, read by hand so that a file that asks for
 * too much is refused before a parser sees it.
 */
import { NativaError } from '../../../native-models/errors.js';
import { checkSize } from './pixels.js';

/** The header's statements that matter. */
export interface PsdHeader {
  readonly width: number;
  readonly height: number;
  /** Bits per channel. */
  readonly depth: number;
  readonly mode: number;
  /** The embedded ICC profile, if there is one. */
  readonly profile: Uint8Array | null;
}

const HEADER_BYTES = 26;
const PROFILE_RESOURCE = 1039;
const MODES: Readonly<Record<number, string>> = {
  4: 'CMYK',
  7: 'Multichannel',
  8: 'Duotone',
  9: 'Lab',
};
const OPENED_MODES = [0, 1, 2, 3];
/** Longest sides of the two versions of the format. */
const MAX_SIDE = 30_000;

/** Whether a file is a Photoshop document. */
export function isPsd(bytes: Uint8Array): boolean {
  return String.fromCharCode(...bytes.subarray(0, 4)) === '8BPS';
}

/** An error about a Photoshop file. */
export function psdError(name: string, reason: string, cause?: unknown): NativaError {
  return new NativaError(
    'UNREADABLE_DOCUMENT',
    `${name} is no Photoshop file that can be opened: ${reason}; ` +
      'save it again as 8-bit RGB with maximised compatibility.',
    { cause },
  );
}

/** @throws NativaError UNREADABLE_DOCUMENT, IMAGE_TOO_LARGE */
export function readPsdHeader(name: string, bytes: Uint8Array): PsdHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (!isPsd(bytes) || bytes.length < HEADER_BYTES + 4) throw psdError(name, 'it is cut short');
  const version = view.getUint16(4);
  if (version !== 1 && version !== 2) throw psdError(name, `its version is ${version}`);
  const channels = view.getUint16(12);
  const [height, width] = [view.getUint32(14), view.getUint32(18)];
  const [depth, mode] = [view.getUint16(22), view.getUint16(24)];
  checkSize(name, { width, height }, MAX_SIDE);
  if (channels < 1 || channels > 56) throw psdError(name, `it has ${channels} channels`);
  if (![1, 8, 16, 32].includes(depth)) throw psdError(name, `it has ${depth} bits a channel`);
  if (!OPENED_MODES.includes(mode)) {
    throw psdError(name, `its colours are ${MODES[mode] ?? 'of an unknown kind'}`);
  }
  return { width, height, depth, mode, profile: findProfile(bytes, view) };
}

function findProfile(bytes: Uint8Array, view: DataView): Uint8Array | null {
  const colours = HEADER_BYTES + 4 + view.getUint32(HEADER_BYTES);
  if (colours + 4 > bytes.length) return null;
  const end = Math.min(colours + 4 + view.getUint32(colours), bytes.length);
  let at = colours + 4;
  // signature, number, name, length, data; names and data are padded to even lengths
  while (at + 12 <= end && view.getUint32(at) === 0x3842494d) {
    const number = view.getUint16(at + 4);
    const nameBytes = 1 + view.getUint8(at + 6);
    const length = at + 6 + nameBytes + (nameBytes % 2);
    if (length + 4 > end) return null;
    const size = view.getUint32(length);
    const start = length + 4;
    if (start + size > end) return null;
    if (number === PROFILE_RESOURCE) return bytes.subarray(start, start + size);
    at = start + size + (size % 2);
  }
  return null;
}
