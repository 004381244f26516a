/** Writing OpenRaster files that Krita, GIMP and others open, with all of our own beside it. */
import type { PackedLayer, PackedPicture, WriteProject } from '../../../preload/contract.js';
import { NativaError } from '../../../native-models/errors.js';
import { decodeRgba, encodePng, thumbnail } from '../../engine/images/index.js';
import { factsOf } from '../autosave/project.js';
import { tileName, type Pieces } from '../packs/index.js';
import { application } from '../paths.js';
import { toOraMode } from './blend-modes.js';
import { PROJECT_ENTRY, TILES_PART } from './open-project.js';
import { PICTURES_ENTRY } from './picture-runs.js';
import { layerEntry, MERGED_ENTRY, PIECES_ENTRY, piecesText } from './pieces-entry.js';
import { filteredEntry } from './project-entries.js';
import { addPicture, addTiles, pngOf } from './packed-entries.js';
import { unwatched, type Watched } from './watched.js';
import { escapeXml } from './xml.js';
import { ZipWriter, type Write } from './zip/write.js';

/** Longest side of the thumbnail, as OpenRaster says. */
const THUMBNAIL_SIDE = 256;

/** What becomes a project's file. */
type ProjectRequest = Omit<WriteProject, 'task' | 'store'>;

/** MIME type of the file. */
export const ORA_MIME = 'image/openraster';

/**
 * Puts a document's packed pixels together as an OpenRaster file, a piece after the other, so that
 * one of any size needs the memory of its flattened picture.
 * @param write takes the file's bytes in their order
 * @returns the keys of all pieces in it
 * @throws NativaError PACKS_GONE, BAD_PIXELS, BAD_PROJECT, DOCUMENT_TOO_LARGE, what `write` throws,
 *   and the signal's reason once it is aborted
 */
export async function writeProject(
  input: ProjectRequest,
  pieces: Pieces,
  write: Write,
  watched: Watched = unwatched(),
): Promise<ReadonlySet<string>> {
  const { width, height, merged } = input;
  const loose = looseTiles(input);
  const used = new Set([
    ...picturesOf(input.layers).flatMap(({ strips }) => strips),
    ...merged.strips,
    ...loose.map(({ id }) => tileName(id)),
  ]);
  const count = counter(input, loose, watched);
  const zip = new ZipWriter(write);
  // first and as it is, so that the file's type can be told by its first bytes
  await zip.store('mimetype', Buffer.from(ORA_MIME));
  const stack = new StackWriter(zip, pieces, count);
  const xml =
    `<?xml version="1.0" encoding="UTF-8"?>\n` +
    `<image version="0.0.5" w="${width}" h="${height}" xres="72" yres="72">\n` +
    ` <stack>\n${await stack.children(input.layers, '  ')} </stack>\n</image>\n`;
  await zip.deflate('stack.xml', Buffer.from(xml));
  await addPicture(zip, MERGED_ENTRY, merged, pieces, count);
  await zip.store('Thumbnails/thumbnail.png', await thumbnailOf(merged, pieces));
  await zip.deflate(PROJECT_ENTRY, Buffer.from(input.project));
  await zip.deflate(PICTURES_ENTRY, Buffer.from(JSON.stringify(stack.pictures)));
  for (const [n, part] of partsOf(loose).entries()) {
    await addTiles(zip, filteredEntry(n), part, pieces, count);
  }
  const [pictures, tiles] = [picturesOf(input.layers), loose.map(({ id }) => tileName(id))];
  const where = piecesText(application().version, pictures, merged, tiles, pieces);
  await zip.deflate(PIECES_ENTRY, Buffer.from(where));
  await zip.finish();
  return used;
}

interface Tile {
  readonly id: number;
  readonly bytes: number;
}

/** Tiles of the project that no picture in the file has. @throws NativaError BAD_PROJECT */
function looseTiles({ project, layers }: ProjectRequest): readonly Tile[] {
  const facts = factsOf(project);
  if (facts === null) {
    throw new NativaError('BAD_PROJECT', 'The project cannot be written as it is; save it again.');
  }
  const shown = new Set<number>();
  for (const { runs } of rastersOf(layers)) {
    for (let at = 0; at < runs.length; at += 3) {
      const [first = 0, length = 0] = [runs[at + 1], runs[at + 2]];
      for (let n = 0; n < length; n++) shown.add(first + n);
    }
  }
  return facts.tiles.filter(([id]) => !shown.has(id)).map(([id, bytes]) => ({ id, bytes }));
}

/** Tiles of large documents are several entries, so that each can be unpacked in memory. */
function partsOf(tiles: readonly Tile[]): readonly (readonly number[])[] {
  const parts: number[][] = [];
  let room = 0;
  for (const { id, bytes } of tiles) {
    if (bytes > room) {
      parts.push([]);
      room = TILES_PART;
    }
    parts.at(-1)?.push(id);
    room -= bytes;
  }
  return parts;
}

/** Told of bytes that are written; throws once nobody wants the file any more. */
type Count = (bytes: number) => void;

function counter(
  { layers, merged }: ProjectRequest,
  loose: readonly Tile[],
  watched: Watched,
): Count {
  const pictures = [...picturesOf(layers), merged];
  const total =
    pictures.reduce((sum, { width, height }) => sum + width * height * 4, 0) +
    loose.reduce((sum, { bytes }) => sum + bytes, 0);
  let done = 0;
  return (bytes) => {
    watched.signal.throwIfAborted();
    done += bytes;
    watched.onProgress(Math.min(1, done / total));
  };
}

function rastersOf(
  layers: readonly PackedLayer[],
): readonly Extract<PackedLayer, { type: 'raster' }>[] {
  return layers.flatMap((layer) => (layer.type === 'group' ? rastersOf(layer.children) : [layer]));
}

function picturesOf(layers: readonly PackedLayer[]): readonly PackedPicture[] {
  return rastersOf(layers).map(({ picture }) => picture);
}

async function thumbnailOf(merged: PackedPicture, pieces: Pieces): Promise<Uint8Array> {
  const whole = await decodeRgba({ data: await pngOf(merged, pieces), name: 'the picture' });
  return encodePng(await thumbnail(whole, THUMBNAIL_SIDE));
}

class StackWriter {
  /** Which tiles of the project the pictures have, by their names. */
  readonly pictures: { readonly src: string; readonly runs: readonly number[] }[] = [];
  #pictures = 0;

  constructor(
    readonly zip: ZipWriter,
    readonly pieces: Pieces,
    readonly count: Count,
  ) {}

  /** Elements of layers, the topmost first; their pictures go into the archive. */
  async children(layers: readonly PackedLayer[], indent: string): Promise<string> {
    let xml = '';
    for (const layer of layers) xml = (await this.#layer(layer, indent)) + xml;
    return xml;
  }

  async #layer(layer: PackedLayer, indent: string): Promise<string> {
    const common =
      `name="${escapeXml(layer.name)}" opacity="${layer.opacity}" ` +
      `visibility="${layer.visible ? 'visible' : 'hidden'}" ` +
      `composite-op="${toOraMode(layer.blendMode)}"`;
    if (layer.type === 'group') {
      const children = await this.children(layer.children, `${indent} `);
      const isolation = layer.passThrough === true ? 'auto' : 'isolate';
      return `${indent}<stack ${common} isolation="${isolation}">\n${children}${indent}</stack>\n`;
    }
    const { x, y, picture, runs } = layer;
    const name = layerEntry(this.#pictures++);
    await addPicture(this.zip, name, picture, this.pieces, this.count);
    if (runs.length > 0) this.pictures.push({ src: name, runs });
    return `${indent}<layer ${common} src="${name}" x="${x}" y="${y}"/>\n`;
  }
}
