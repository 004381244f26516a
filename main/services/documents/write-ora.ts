/** Writing OpenRaster files that Krita, GIMP and others open, with all of our own beside it. */
import type { WireLayer, WriteProject } from '../../../preload/contract.js';
import { encodePng, thumbnail, withoutOpaqueAlpha } from '../../engine/images/index.js';
import { toOraMode } from './blend-modes.js';
import type { Blobs } from './blobs-port.js';
import { PROJECT_ENTRY, TILES_PART, tilesEntry } from './open-ora.js';
import { readRgba } from './pixels.js';
import { unwatched, type Watched } from './watched.js';
import { escapeXml } from './xml.js';
import { ZipWriter, type Write } from './zip/write.js';

/** Longest side of the thumbnail, as OpenRaster says. */
const THUMBNAIL_SIDE = 256;

/** What becomes a project's file. */
type ProjectRequest = Omit<WriteProject, 'task'>;

/** MIME type of the file. */
export const ORA_MIME = 'image/openraster';

/**
 * Writes a document as an OpenRaster file, a layer after the other, so that one of any size needs
 * the memory of one layer. Pixels are let go once they are written.
 * @param write takes the file's bytes in their order
 * @throws NativaError BAD_PIXELS, DOCUMENT_TOO_LARGE, what `write` throws, and the signal's reason
 *   once it is aborted
 */
export async function writeProject(
  input: ProjectRequest,
  blobs: Blobs,
  write: Write,
  watched: Watched = unwatched(),
): Promise<void> {
  const { width, height } = input;
  const count = counter(input, blobs, watched);
  const zip = new ZipWriter(write);
  // first and as it is, so that the file's type can be told by its first bytes
  await zip.store('mimetype', Buffer.from(ORA_MIME));
  const stack = await new StackWriter(zip, blobs, count).children(input.layers, '  ');
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
  count(data.length);
  await zip.deflate(PROJECT_ENTRY, Buffer.from(input.project));
  await writeTiles(zip, blobs, input.tiles, count);
  await zip.finish();
}

/** Told of bytes that are written; throws once nobody wants the file any more. */
type Count = (bytes: number) => void;

function counter({ layers, merged, tiles }: ProjectRequest, blobs: Blobs, watched: Watched): Count {
  const all = [...pixelsOf(layers), merged, tiles];
  const total = all.reduce((sum, id) => sum + blobs.sizeOf(id), 0);
  let done = 0;
  return (bytes) => {
    watched.signal.throwIfAborted();
    done += bytes;
    watched.onProgress(Math.min(1, done / total));
  };
}

function pixelsOf(layers: readonly WireLayer[]): readonly string[] {
  return layers.flatMap((layer) =>
    layer.type === 'group' ? pixelsOf(layer.children) : [layer.pixels],
  );
}

/** Tiles of large documents are several files, so that each can be packed in memory. */
async function writeTiles(zip: ZipWriter, blobs: Blobs, id: string, count: Count): Promise<void> {
  const size = blobs.sizeOf(id);
  for (let n = 0; n === 0 || n * TILES_PART < size; n++) {
    const part = await blobs.slice(id, n * TILES_PART, TILES_PART);
    await zip.deflate(tilesEntry(n), part);
    count(part.length);
  }
  blobs.drop([id]);
}

class StackWriter {
  #pictures = 0;

  constructor(
    readonly zip: ZipWriter,
    readonly blobs: Blobs,
    readonly count: Count,
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
    const name = `data/layer${this.#pictures++}.png`;
    const picture = withoutOpaqueAlpha({ width, height, channels: 4, data });
    await this.zip.store(name, await encodePng(picture));
    this.blobs.drop([layer.pixels]);
    this.count(data.length);
    return `${indent}<layer ${common} src="${name}" x="${x}" y="${y}"/>\n`;
  }
}
