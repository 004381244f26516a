/**
 * Writing Photoshop files a layer at a time, so that neither memory nor time is taken in one piece.
 * Lengths stand before what they are of, so layers are packed first and wait as blobs.
 */
import { NativaError } from '../../../../native-models/errors.js';
import type { WireLayer, WireMask } from '../../../../preload/contract.js';
import type { Blobs } from '../blobs-port.js';
import { readMask, readRgba } from '../pixels.js';
import { unwatched, type Watched } from '../watched.js';
import type { Write } from '../zip/write.js';
import { packChannel } from './channels.js';
import { CHANNELS, entriesOf, recordOf, sized, type Entry } from './records.js';

/** What becomes a Photoshop file: layers bottom first, and the flattened picture. */
export interface PsdRequest {
  readonly width: number;
  readonly height: number;
  readonly layers: readonly WireLayer[];
  /** Raw RGBA. */
  readonly merged: string;
}

/** MIME type of the file. */
export const PSD_MIME = 'image/vnd.adobe.photoshop';

/** Longest side a Photoshop file may have. */
const MAX_SIDE = 30_000;
/** The most that one may have, in bytes. */
const MAX_BYTES = 2 ** 31 - 1;
/** Rows are packed in runs. */
const RUNS = Buffer.from([0, 1]);
/** Nothing, as it is. */
const EMPTY = Buffer.from([0, 0]);

interface Packed {
  readonly entry: Entry;
  readonly lengths: readonly number[];
  /** All channels. */
  readonly blob: string;
}

/**
 * Writes a Photoshop file with layers and groups. Pixels are let go once they are packed.
 * @param write takes the file's bytes in their order
 * @throws NativaError BAD_PIXELS, IMAGE_TOO_LARGE, DOCUMENT_TOO_LARGE, what `write` throws, and the
 *   signal's reason once it is aborted; nothing of its own stays behind
 */
export async function writePsd(
  request: PsdRequest,
  blobs: Blobs,
  write: Write,
  watched: Watched = unwatched(),
): Promise<void> {
  checkSize(request);
  const packer = new Packer(request, blobs, watched);
  try {
    await packer.packAll(request.layers);
    await writeFile(request, packer, blobs, write, watched.signal);
  } finally {
    packer.drop();
  }
}

/** @throws NativaError IMAGE_TOO_LARGE */
function checkSize({ width, height }: PsdRequest): void {
  if (Math.max(width, height) <= MAX_SIDE) return;
  throw new NativaError(
    'IMAGE_TOO_LARGE',
    `Photoshop files have at most ${MAX_SIDE} pixels on a side, and this document is ` +
      `${width}x${height}; export it as TIFF or save it as a project.`,
  );
}

interface Merged {
  /** Without transparency there is no alpha. */
  readonly channels: 3 | 4;
  readonly parts: readonly Uint8Array[];
}

/** Packs pictures, and counts how much is done. */
class Packer {
  readonly packed: Packed[] = [];
  readonly #blobs: Blobs;
  readonly #watched: Watched;
  readonly #total: number;
  #done = 0;
  #bytes = 0;

  constructor({ layers, merged }: PsdRequest, blobs: Blobs, watched: Watched) {
    this.#blobs = blobs;
    this.#watched = watched;
    const ids = [...entriesOf(layers)].flatMap(({ pixels, entry }) => [
      ...(pixels === null ? [] : [pixels]),
      ...(entry.mask ? [entry.mask.pixels] : []),
    ]);
    this.#total = [...ids, merged].reduce((sum, id) => sum + blobs.sizeOf(id), 0);
  }

  async packAll(layers: readonly WireLayer[]): Promise<void> {
    for (const { entry, pixels } of entriesOf(layers)) {
      const parts = pixels === null ? CHANNELS.map(() => EMPTY) : await this.#layer(entry, pixels);
      if (entry.mask) parts.push(await this.#mask(entry.mask));
      this.packed.push({
        entry,
        lengths: parts.map(({ length }) => length),
        blob: this.#blobs.put(Buffer.concat(parts)),
      });
    }
  }

  /** Channels of the flattened picture: all lengths of rows, then all rows. */
  async merged({ width, height, merged }: PsdRequest): Promise<Merged> {
    const data = onWhite(await readRgba(this.#blobs, merged, { width, height }));
    const channels = data.hasAlpha ? 4 : 3;
    const lengths: Uint8Array[] = [];
    const rows: Uint8Array[] = [];
    for (let channel = 0; channel < channels; channel++) {
      const packed = await packChannel({ width, height, ...data }, channel, this.#watched.signal);
      this.#count(packed.rows.length, (width * height * 4) / channels);
      lengths.push(packed.lengths);
      rows.push(packed.rows);
    }
    this.#blobs.drop([merged]);
    return { channels, parts: [RUNS, ...lengths, ...rows] };
  }

  drop(): void {
    this.#blobs.drop(this.packed.map(({ blob }) => blob));
  }

  async #layer(entry: Entry, pixels: string): Promise<Buffer[]> {
    const data = await readRgba(this.#blobs, pixels, entry);
    const parts: Buffer[] = [];
    for (const channel of CHANNELS) {
      const index = channel < 0 ? 3 : channel;
      const { lengths, rows } = await packChannel({ ...entry, data }, index, this.#watched.signal);
      this.#count(rows.length, entry.width * entry.height);
      parts.push(Buffer.concat([RUNS, lengths, rows]));
    }
    this.#blobs.drop([pixels]);
    return parts;
  }

  async #mask(mask: WireMask): Promise<Buffer> {
    const data = await readMask(this.#blobs, mask);
    const { signal } = this.#watched;
    const { lengths, rows } = await packChannel({ ...mask, data }, 0, signal, 1);
    this.#count(rows.length, data.length);
    this.#blobs.drop([mask.pixels]);
    return Buffer.concat([RUNS, lengths, rows]);
  }

  #count(packed: number, bytes: number): void {
    this.#done += bytes;
    this.#bytes += packed;
    this.#watched.onProgress(this.#done / this.#total);
    if (this.#bytes <= MAX_BYTES) return;
    throw new NativaError(
      'DOCUMENT_TOO_LARGE',
      'This is more than the 2 GB that a Photoshop file may have; export it as TIFF or save it as a project.',
    );
  }
}

/** A flattened picture as it is kept beside layers: what is transparent, over white. */
function onWhite(data: Uint8Array): { readonly data: Uint8Array; readonly hasAlpha: boolean } {
  let hasAlpha = false;
  for (let at = 3; at < data.length && !hasAlpha; at += 4) hasAlpha = data[at] !== 255;
  if (!hasAlpha) return { data, hasAlpha };
  const out = Uint8Array.from(data);
  for (let at = 0; at < out.length; at += 4) {
    const alpha = (data[at + 3] ?? 0) / 255;
    for (let c = at; c < at + 3; c++)
      out[c] = Math.round((data[c] ?? 0) * alpha + 255 * (1 - alpha));
  }
  return { data: out, hasAlpha };
}

async function writeFile(
  request: PsdRequest,
  packer: Packer,
  blobs: Blobs,
  write: Write,
  signal: AbortSignal,
): Promise<void> {
  const { packed } = packer;
  const merged = await packer.merged(request);
  const records = packed.map(({ entry, lengths }) => recordOf(entry, lengths));
  const sizes = packed.map(({ lengths }) => lengths.reduce((a, b) => a + b, 0));
  const size = [...sizes, ...records.map(({ length }) => length)].reduce((a, b) => a + b, 2);
  const padding = Buffer.alloc((4 - (size % 4)) % 4);
  await write(header(request, merged.channels));
  // No colour table and no resources.
  await write(Buffer.alloc(8));
  // Below zero: the flattened picture's last channel is its alpha.
  const count = merged.channels === 4 ? -packed.length : packed.length;
  await write(sectionHead(size + padding.length, count));
  for (const record of records) await write(record);
  for (const { blob } of packed) {
    signal.throwIfAborted();
    await write(await blobs.read(blob));
    blobs.drop([blob]);
  }
  // After the layers there is no mask of all layers.
  await write(Buffer.concat([padding, sized(Buffer.alloc(0))]));
  for (const part of merged.parts) await write(part);
}

function header({ width, height }: PsdRequest, channels: number): Buffer {
  const bytes = Buffer.alloc(26);
  bytes.write('8BPS', 0, 'latin1');
  bytes.writeUInt16BE(1, 4);
  // Channels, sides, bits a channel, RGB.
  bytes.writeUInt16BE(channels, 12);
  bytes.writeUInt32BE(height, 14);
  bytes.writeUInt32BE(width, 18);
  bytes.writeUInt16BE(8, 22);
  bytes.writeUInt16BE(3, 24);
  return bytes;
}

/** Lengths of the section and of its layers, and how many there are. */
function sectionHead(size: number, count: number): Buffer {
  const bytes = Buffer.alloc(10);
  bytes.writeUInt32BE(size + 8, 0);
  bytes.writeUInt32BE(size, 4);
  bytes.writeInt16BE(count, 8);
  return bytes;
}
