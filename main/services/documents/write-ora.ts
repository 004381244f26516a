/** Writing OpenRaster files that Krita, GIMP and others open, with all of our own beside it. */
import type { WireLayer, WriteProject } from '../../../preload/contract.js';
import { encodePng, thumbnail, withoutOpaqueAlpha } from '../../engine/images/index.js';
import { toOraMode } from './blend-modes.js';
import type { Blobs } from './blobs-port.js';
import { PROJECT_ENTRY, TILES_ENTRY } from './open-ora.js';
import { readRgba } from './pixels.js';
import { escapeXml } from './xml.js';
import { ZipWriter } from './zip/write.js';

/** Longest side of the thumbnail, as OpenRaster says. */
const THUMBNAIL_SIDE = 256;

/** MIME type of the file. */
export const ORA_MIME = 'image/openraster';

/**
 * A document as an OpenRaster file.
 * @throws NativaError BAD_PIXELS, DOCUMENT_TOO_LARGE
 */
export async function writeProject(input: WriteProject, blobs: Blobs): Promise<Uint8Array> {
  const { width, height } = input;
  const zip = new ZipWriter();
  // first and as it is, so that the file's type can be told by its first bytes
  zip.store('mimetype', Buffer.from(ORA_MIME));
  const stack = await new StackWriter(zip, blobs).children(input.layers, '  ');
  const xml =
    `<?xml version="1.0" encoding="UTF-8"?>\n` +
    `<image version="0.0.5" w="${width}" h="${height}" xres="72" yres="72">\n` +
    ` <stack>\n${stack} </stack>\n</image>\n`;
  await zip.deflate('stack.xml', Buffer.from(xml));
  const data = await readRgba(blobs, input.merged, input);
  const merged = { width, height, channels: 4, data } as const;
  zip.store('mergedimage.png', await encodePng(merged));
  zip.store('Thumbnails/thumbnail.png', await encodePng(await thumbnail(merged, THUMBNAIL_SIDE)));
  await zip.deflate(PROJECT_ENTRY, Buffer.from(input.project));
  await zip.deflate(TILES_ENTRY, await blobs.read(input.tiles));
  return zip.finish();
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
    this.zip.store(name, await encodePng(withoutOpaqueAlpha({ width, height, channels: 4, data })));
    return `${indent}<layer ${common} src="${name}" x="${x}" y="${y}"/>\n`;
  }
}
