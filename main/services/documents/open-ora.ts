/** Opening OpenRaster files: those of other programs as layers, our own as projects. */
import { totalmem } from 'node:os';

import type { Opened, WireLayer } from '../../../preload/contract.js';
import { decodeRgba, toRgba, type SvgOptions } from '../../engine/images/index.js';
import { fromOraMode } from './blend-modes.js';
import type { Blobs } from './blobs-port.js';
import type { Projects } from './open-packed.js';
import { MAX_PICTURE_BYTES, openProject } from './open-project.js';
import { checkSize, MAX_LAYERS, MAX_NESTING, PixelBudget } from './pixels.js';
import { unreadable } from './project-entries.js';
import { bytesSource, type Source } from './source.js';
import { isSvg, openSvg } from './svg.js';
import { decodeXml, parseXml, XmlError, type XmlElement } from './xml.js';
import { ZipFile, type ZipLimits } from './zip/read.js';

const MAX_STACK_BYTES = 4 * 1024 * 1024;
/** Bytes that all entries together may have, inflated. */
const MAX_ARCHIVE = 16 * 1024 * 1024 * 1024;
const XML = { maxDepth: MAX_NESTING + 5, maxElements: 20_000, allowDoctype: false };

/** Options of {@link openOra}. */
export interface OraOptions {
  readonly svg?: SvgOptions | undefined;
  readonly limits?: ZipLimits | undefined;
  /** Keeps projects whose pixels are read when they are wanted; absent: all are read at once. */
  readonly projects?: Projects | undefined;
}

/** What an archive may hold: never more than half of what this machine has in memory. */
export function archiveLimits(memory = totalmem()): ZipLimits {
  return { entries: 5000, total: Math.min(MAX_ARCHIVE, memory / 2) };
}

/** Whether a file is a ZIP archive, of which OpenRaster is the only one opened. */
export function isZip(bytes: Uint8Array): boolean {
  return String.fromCharCode(...bytes.subarray(0, 4)) === 'PK\x03\x04';
}

/**
 * Opens an OpenRaster file.
 * @throws NativaError UNSAFE_ARCHIVE, UNREADABLE_ARCHIVE, UNREADABLE_DOCUMENT, and what
 *   `decodeRgba` throws
 */
export async function openOra(
  name: string,
  file: Uint8Array | Source,
  blobs: Blobs,
  { svg = {}, limits = archiveLimits(), projects }: OraOptions = {},
): Promise<Opened> {
  const source = file instanceof Uint8Array ? bytesSource(file) : file;
  const zip = await ZipFile.open(name, source, limits);
  const project = await openProject(name, zip, blobs, source, projects);
  if (project !== null) return project;
  const xml = await zip.read('stack.xml', MAX_STACK_BYTES);
  if (xml === null) throw unreadable(name, 'it has no stack.xml');
  const image = parseStack(name, xml);
  const width = whole(image.attributes.get('w'), 0);
  const height = whole(image.attributes.get('h'), 0);
  checkSize(name, { width, height });
  const stack = image.children.find((child) => typeof child !== 'string' && child.name === 'stack');
  if (stack === undefined || typeof stack === 'string') throw unreadable(name, 'it has no layers');
  const layers = await new StackReader(name, zip, blobs, svg).children(stack);
  if (layers.length === 0) throw unreadable(name, 'it has no layers');
  return { kind: 'layers', name, width, height, layers, recipe: null };
}

function parseStack(name: string, bytes: Uint8Array): XmlElement {
  try {
    const image = parseXml(decodeXml(bytes), XML);
    if (image.name !== 'image') throw new XmlError('stack.xml holds no image');
    return image;
  } catch (error) {
    throw error instanceof XmlError ? unreadable(name, error.message) : error;
  }
}

/** A number without fraction; some programs write `12.0`. */
function whole(text: string | undefined, fallback: number): number {
  const value = text === undefined || text.trim() === '' ? NaN : Number(text);
  return Number.isFinite(value) && Math.abs(value) < 1e6 ? Math.round(value) : fallback;
}

function opacityOf(text: string | undefined): number {
  const value = text === undefined || text.trim() === '' ? 1 : Number(text);
  return Number.isFinite(value) ? Math.min(Math.max(value, 0), 1) : 1;
}

class StackReader {
  readonly #budget: PixelBudget;

  constructor(
    readonly name: string,
    readonly zip: ZipFile,
    readonly blobs: Blobs,
    readonly svg: SvgOptions,
  ) {
    this.#budget = new PixelBudget(name);
  }

  /** Layers of a stack, bottom first; the file has the topmost first. */
  async children(stack: XmlElement, depth = 0): Promise<WireLayer[]> {
    if (depth > MAX_NESTING) throw unreadable(this.name, 'its groups are nested too deeply');
    const layers: WireLayer[] = [];
    for (const child of stack.children) {
      if (typeof child === 'string') continue;
      const layer = await this.#layer(child, depth);
      if (layer !== null) layers.unshift(layer);
    }
    if (layers.length > MAX_LAYERS) {
      throw unreadable(this.name, `a group has over ${MAX_LAYERS} layers`);
    }
    return layers;
  }

  async #layer(element: XmlElement, depth: number): Promise<WireLayer | null> {
    const { attributes } = element;
    const base = {
      name: (attributes.get('name') ?? '').slice(0, 1000),
      visible: attributes.get('visibility') !== 'hidden',
      opacity: opacityOf(attributes.get('opacity')),
      blendMode: fromOraMode(attributes.get('composite-op') ?? 'svg:src-over'),
    };
    if (element.name === 'stack') {
      const passThrough = attributes.get('isolation') === 'auto';
      const children = await this.children(element, depth + 1);
      return { type: 'group', ...base, passThrough, children };
    }
    if (element.name !== 'layer') return null;
    const picture = await this.#picture(attributes.get('src') ?? '');
    const x = whole(attributes.get('x'), 0);
    const y = whole(attributes.get('y'), 0);
    return { type: 'raster', ...base, x, y, ...picture };
  }

  async #picture(src: string): Promise<{ width: number; height: number; pixels: string }> {
    const bytes = await this.zip.read(src, MAX_PICTURE_BYTES);
    if (bytes === null) {
      throw unreadable(this.name, `the picture ${JSON.stringify(src.slice(0, 80))} is missing`);
    }
    const label = `${src} in ${this.name}`;
    // Krita keeps its vector layers as drawings
    const image = isSvg(bytes)
      ? await openSvg(label, bytes, this.svg)
      : await decodeRgba({ data: bytes, name: label });
    this.#budget.take(image);
    const { width, height } = image;
    return { width, height, pixels: this.blobs.put(toRgba(image)) };
  }
}
