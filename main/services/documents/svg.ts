/**
 * Opening drawings: the file is parsed, checked and written anew before librsvg sees it, so that
 * both read the same. Scripts and what they hang on are left out, they could do nothing; what would
 * have to be fetched is refused, since the picture would be another without it.
 */
import { NativaError } from '../../../native-models/errors.js';
import {
  decodeImage,
  rasteriseSvg,
  type Pixels,
  type SvgOptions,
} from '../../engine/images/index.js';
import { checkSize, PixelBudget } from './pixels.js';
import { decodeXml, parseXml, writeXml, XmlError, type XmlElement } from './xml.js';

const LIMITS = { maxDepth: 200, maxElements: 250_000, allowDoctype: true };
const NAMESPACE = 'http://www.w3.org/2000/svg';
/** Most bytes a drawing may have. */
const MAX_BYTES = 64 * 1024 * 1024;
/** Longest side that cairo draws. */
const MAX_DRAWN_SIDE = 32_767;
/** Elements that are left out with all they hold. */
const LEFT_OUT = new Set(['script', 'foreignObject', 'iframe', 'audio', 'video', 'handler']);
/** Elements whose links go nowhere while drawing. */
const MERE_LINKS = new Set(['a']);
/** Pictures that may stand in the file itself; not SVG, which would have to be checked as well. */
const INLINE = /^data:image\/(?:png|jpe?g|gif|webp);base64,([A-Za-z0-9+/=\s]*)$/i;
/** CSS pixels of the units, at 96 pixels an inch. */
const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  px: 1,
  pt: 96 / 72,
  pc: 16,
  mm: 96 / 25.4,
  cm: 96 / 2.54,
  in: 96,
};

function unreadable(name: string, reason: string): NativaError {
  return new NativaError(
    'UNREADABLE_IMAGE',
    `${name} is no drawing that can be opened: ${reason}; export it as PNG in another program.`,
  );
}

function external(name: string, what: string): NativaError {
  return new NativaError(
    'EXTERNAL_REFERENCE',
    `${name} needs ${what.slice(0, 80)}, which lies outside of it and is not fetched; ` +
      'embed it in the drawing and open it again.',
  );
}

/** Whether a file is a drawing, by how it starts; only then is the rest of it looked at. */
export function isSvg(bytes: Uint8Array): boolean {
  const head = Buffer.from(bytes.subarray(0, 4096)).toString('latin1').replaceAll('\0', '');
  return (
    /^[^<]{0,4}\s*<(?:\?xml|!--|!DOCTYPE|svg|\w+:svg)/i.test(head) && /<(\w+:)?svg[\s>]/.test(head)
  );
}

const localName = (name: string): string => name.slice(name.indexOf(':') + 1);

/** CSS as a browser reads it: comments gone, escapes resolved. */
function plainCss(css: string): string {
  return css
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/\\([0-9a-f]{1,6})\s?|\\(.)/gi, (_, hex?: string, character?: string) =>
      hex === undefined ? (character ?? '') : String.fromCodePoint(parseInt(hex, 16) % 0x110000),
    );
}

/** @throws NativaError EXTERNAL_REFERENCE */
function checkCss(name: string, css: string): void {
  const plain = plainCss(css);
  if (/@import/i.test(plain)) throw external(name, 'another style sheet');
  for (const [, target = ''] of plain.matchAll(/(?:url|src)\(\s*["']?([^"')]*)/gi)) {
    if (!target.trim().startsWith('#')) throw external(name, target.trim());
  }
}

class Checker {
  /** Pictures that stand in the drawing, as files. */
  readonly pictures: Uint8Array[] = [];

  constructor(readonly name: string) {}

  clean(element: XmlElement): XmlElement {
    const children = element.children
      .filter((child) => typeof child === 'string' || !LEFT_OUT.has(localName(child.name)))
      .map((child) => (typeof child === 'string' ? child : this.clean(child)));
    if (localName(element.name) === 'style') {
      checkCss(this.name, children.filter((child) => typeof child === 'string').join(''));
    }
    const attributes = [...element.attributes].filter(([key, value]) =>
      this.#keeps(localName(element.name), key, value),
    );
    return { name: element.name, attributes: new Map(attributes), children };
  }

  /** @returns whether an attribute stays @throws NativaError EXTERNAL_REFERENCE */
  #keeps(element: string, key: string, value: string): boolean {
    const attribute = localName(key).toLowerCase();
    if (attribute.startsWith('on') || key === 'xml:base') return false;
    if (attribute === 'href' || attribute === 'src') {
      if (MERE_LINKS.has(element)) return false;
      this.#checkTarget(value.trim());
      return true;
    }
    // animations could put a link where none was
    if (attribute === 'attributename' && /href|src/i.test(value)) return false;
    if (value.includes('(')) checkCss(this.name, value);
    return true;
  }

  #checkTarget(target: string): void {
    if (target === '' || target.startsWith('#')) return;
    const inline = INLINE.exec(target)?.[1];
    if (inline === undefined) throw external(this.name, target);
    this.pictures.push(Buffer.from(inline, 'base64'));
  }
}

/** A length in CSS pixels; null for one that depends on something else, or none. */
function pixels(length: string | undefined): number | null {
  const found = /^\s*\+?(\d*\.?\d+(?:e[+-]?\d+)?)\s*([a-z]*)\s*$/i.exec(length ?? '');
  const unit = UNITS[(found?.[2] ?? '').toLowerCase()];
  return found?.[1] === undefined || unit === undefined ? null : Number(found[1]) * unit;
}

/** The size that a drawing states; null where it states none. */
function statedSize(attributes: ReadonlyMap<string, string>): [number, number] | null {
  const box = (attributes.get('viewBox') ?? '')
    .trim()
    .split(/[\s,]+/)
    .map(Number);
  const [boxWidth = NaN, boxHeight = NaN] = box.length === 4 ? box.slice(2) : [];
  const width = pixels(attributes.get('width'));
  const height = pixels(attributes.get('height'));
  if (width !== null && height !== null) return [width, height];
  if (!(boxWidth > 0 && boxHeight > 0)) return null;
  if (width !== null) return [width, (width * boxHeight) / boxWidth];
  if (height !== null) return [(height * boxWidth) / boxHeight, height];
  return [boxWidth, boxHeight];
}

/**
 * Reads and checks a drawing.
 * @returns its text written anew, with its size in pixels, and the pictures that stand in it
 * @throws NativaError UNREADABLE_IMAGE, IMAGE_TOO_LARGE, EXTERNAL_REFERENCE
 */
export function checkSvg(
  name: string,
  bytes: Uint8Array,
): { readonly text: string; readonly pictures: readonly Uint8Array[] } {
  if (bytes.length > MAX_BYTES) throw unreadable(name, 'it is over 64 MiB');
  let root: XmlElement;
  try {
    const text = decodeXml(bytes);
    if (/<\?xml-stylesheet/i.test(text)) throw external(name, 'another style sheet');
    root = parseXml(text, LIMITS);
  } catch (error) {
    if (error instanceof XmlError) throw unreadable(name, error.message);
    throw error;
  }
  if (localName(root.name) !== 'svg') throw unreadable(name, 'its outermost element is not svg');
  const checker = new Checker(name);
  const clean = checker.clean(root);
  const attributes = new Map(clean.attributes);
  // files written by hand often lack what tells the element from others of its name
  if (root.name === 'svg' && !attributes.has('xmlns')) attributes.set('xmlns', NAMESPACE);
  const size = statedSize(attributes);
  if (size !== null) {
    const [width, height] = size.map((length) => Math.max(1, Math.round(length)));
    if (width === undefined || height === undefined) throw unreadable(name, 'it has no size');
    checkSize(name, { width, height }, MAX_DRAWN_SIDE);
    attributes.set('width', String(width));
    attributes.set('height', String(height));
  }
  // libvips tells drawings by the name without a prefix
  const mark = root.name === 'svg' ? '' : '<!-- <svg -->';
  return { text: mark + writeXml({ ...clean, attributes }), pictures: checker.pictures };
}

/**
 * Draws an SVG file at its own size, at 96 pixels an inch, as RGBA.
 * @throws NativaError UNREADABLE_IMAGE, IMAGE_TOO_LARGE, EXTERNAL_REFERENCE
 */
export async function openSvg(
  name: string,
  bytes: Uint8Array,
  options: SvgOptions = {},
): Promise<Pixels> {
  const { text, pictures } = checkSvg(name, bytes);
  const budget = new PixelBudget(name);
  for (const picture of pictures) {
    budget.take(await decodeImage({ data: picture, name: `A picture in ${name}` }));
  }
  return rasteriseSvg(text, name, options);
}
