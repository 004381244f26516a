/** Writing OpenRaster files that Krita, GIMP and others open, with all of our own beside it. */
import type { WireLayer, WriteProject } from '../../../preload/contract.js';
import { encodePng, thumbnail, withoutOpaqueAlpha } from '../../engine/images/index.js';
import { toOraMode } from './blend-modes.js';
import type { Blobs } from './blobs-port.js';
import { PROJECT_ENTRY, TILES_PART, tilesEntry } from './open-ora.js';
import { readRgba } from './pixels.js';
import { escapeXml } from './xml.js';
import { ZipWriter, type Write } from './zip/write.js';

/** Longest side of the thumbnail, as OpenRaster says. */
const THUMBNAIL_SIDE = 256;

/** MIME type of the file. */
export const ORA_MIME = 'image/openraster';

/**
 * Writes a document as an OpenRaster file, a layer after the other, so that one of any size needs
 * the memory of one layer. Pixels are let go once they are written.
 * @param write takes the file's bytes in their order
 * @throws NativaError BAD_PIXELS, DOCUMENT_TOO_LARGE, and what `write` throws
 */
export async function writeProject(input: WriteProject, blobs: Blobs, write: Write): Promise<void> {
  const { width, height } = input;
  const zip = new ZipWriter(write);
  // first and as it is, so that the file's type can be told by its first bytes
  await zip.store('mimetype', Buffer.from(ORA_MIME));
  const stack = await new StackWriter(zip, blobs).children(input.layers, '  ');
  const xml =
    `<?xml version="1.0" encoding="UTF-8"?>\n` +
    `<image version="0.0.5" w="${width}" h="${height}" xres="72" yres="72">\n` +
    ` <stack>\n${stack} </stack>\n</image>\n`;
  await zip.deflate('stack.xml', Buffer.from(xml));
  const data = await readRgba(blobs, input.merged, input);
  const merged = { width, height, channels: 4, data } as const;
  await zip.store('mergedimage.png', await encodePng(merged));
  const small = await encodePng(await thumbnail(merged, THUMBNAIL_SIDE));
  await zip.store('Thumbnails/thumbnail.png', small);
  blobs.drop([input.merged]);
  await zip.deflate(PROJECT_ENTRY, Buffer.from(input.project));
  await writeTiles(zip, blobs, input.tiles);
  await zip.finish();
}

/** Tiles of large documents are several files, so that each can be packed in memory. */
async function writeTiles(zip: ZipWriter, blobs: Blobs, id: string): Promise<void> {
  const size = blobs.sizeOf(id);
  for (let n = 0; n === 0 || n * TILES_PART < size; n++) {
    await zip.deflate(tilesEntry(n), await blobs.slice(id, n * TILES_PART, TILES_PART));
  }
  blobs.drop([id]);
}

class StackWriter {
  #count = 0;

  constructor(
    readonly zip: ZipWriter,
    readonly blobs: Blobs,
  ) {}

  /** Elements of layers, the topmost first; their pictures go into the archive. */
  async children(layers: readonly WireLayer[], indent: string): Promise<string> {
    let xml = '';
    for (const layer of layers) xml = (await this.#layer(layer, indent)) + xml;
    return xml;
  }

  async #layer(layer: WireLayer, indent: string): Promise<string> {
    const common =
      `name="${escapeXml(layer.name)}" opacity="${layer.opacity}" ` +
      `visibility="${layer.visible ? 'visible' : 'hidden'}" ` +
      `composite-op="${toOraMode(layer.blendMode)}"`;
    if (layer.type === 'group') {
      const children = await this.children(layer.children, `${indent} `);
      return `${indent}<stack ${common} isolation="isolate">\n${children}${indent}</stack>\n`;
    }
    const { width, height, x, y } = layer;
    const data = await readRgba(this.blobs, layer.pixels, layer);
    const name = `data/layer${this.#count++}.png`;
    const picture = withoutOpaqueAlpha({ width, height, channels: 4, data });
    await this.zip.store(name, await encodePng(picture));
    this.blobs.drop([layer.pixels]);
    return `${indent}<layer ${common} src="${name}" x="${x}" y="${y}"/>\n`;
  }
}
