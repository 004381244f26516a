/**
 * A small strict parser for XML from strangers: elements, attributes, text, CDATA, comments and the
 * five named entities. What could make a short file long or reach outside it, declared entities
 * and external document types, is refused.
 */

/** An element with what it holds; text is unescaped. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly (XmlElement | string)[];
}

/** What is wrong with the text, and where. */
export class XmlError extends Error {
  override readonly name = 'XmlError';
}

/** Bounds of what is read, and whether a document type that declares nothing is passed over. */
export interface XmlOptions {
  readonly maxDepth: number;
  readonly maxElements: number;
  readonly allowDoctype: boolean;
}

const NAME = /[\p{L}_:][\p{L}\p{N}_:.·-]*/uy;
const SPACE = /[ \t\r\n]*/y;
const TEXT = /[^<]*/y;
const ENTITIES: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
};

/** Text of a file, by its byte order mark or its declaration, else UTF-8. @throws XmlError */
export function decodeXml(bytes: Uint8Array): string {
  const head = String.fromCharCode(...bytes.subarray(0, 200));
  const declared = /^<\?xml[^>]*?\sencoding\s*=\s*["']([\w.-]+)["']/.exec(head)?.[1];
  const [first, second] = bytes;
  const marked =
    first === 0xff && second === 0xfe
      ? 'utf-16le'
      : first === 0xfe && second === 0xff
        ? 'utf-16be'
        : undefined;
  try {
    return new TextDecoder(marked ?? declared ?? 'utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new XmlError('its characters are damaged or of an unknown encoding');
  }
}

/** Whether a character may stand in XML 1.0. */
function isCharacter(code: number): boolean {
  if (code < 0x20) return code === 9 || code === 10 || code === 13;
  return !(code >= 0xd800 && code <= 0xdfff) && code !== 0xfffe && code !== 0xffff;
}

function reference(name: string): string {
  const known = ENTITIES[name];
  if (known !== undefined) return known;
  const digits = /^#(?:x([0-9a-f]{1,6})|([0-9]{1,7}))$/i.exec(name);
  const code = digits?.[1] ? parseInt(digits[1], 16) : parseInt(digits?.[2] ?? '', 10);
  if (!(code <= 0x10ffff && isCharacter(code))) {
    throw new XmlError(`&${name.slice(0, 40)}; is not defined`);
  }
  return String.fromCodePoint(code);
}

function unescape(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(/&([^;&<]*)(;?)/g, (_, name: string, end: string) => {
    if (end === '') throw new XmlError('an & stands alone');
    return reference(name);
  });
}

interface Open {
  readonly name: string;
  readonly attributes: Map<string, string>;
  readonly children: (XmlElement | string)[];
}

class Parser {
  #at = 0;
  #elements = 0;
  readonly #open: Open[] = [];
  #root: XmlElement | null = null;

  constructor(
    readonly text: string,
    readonly options: XmlOptions,
  ) {}

  parse(): XmlElement {
    if (this.text.startsWith('\uFEFF')) this.#at = 1;
    while (this.#at < this.text.length) this.#step();
    if (this.#open.length > 0) throw this.#error('it ends inside an element');
    if (this.#root === null) throw this.#error('it has no element');
    return this.#root;
  }

  #error(problem: string): XmlError {
    const line = this.text.slice(0, this.#at).split('\n').length;
    return new XmlError(`${problem}, line ${line}`);
  }

  #step(): void {
    const { text } = this;
    if (text[this.#at] !== '<') this.#addText(unescape(this.#take(TEXT)));
    else if (text.startsWith('<!--', this.#at)) this.#skip('<!--', '-->');
    else if (text.startsWith('<?', this.#at)) this.#skip('<?', '?>');
    else if (text.startsWith('<![CDATA[', this.#at)) this.#addText(this.#skip('<![CDATA[', ']]>'));
    else if (text.startsWith('<!', this.#at)) this.#doctype();
    else if (text.startsWith('</', this.#at)) this.#endTag();
    else this.#startTag();
  }

  #take(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.text)?.[0] ?? '';
    this.#at += found.length;
    return found;
  }

  /** Goes behind what lies between two marks. @returns what lies there */
  #skip(start: string, end: string): string {
    const from = this.#at + start.length;
    const to = this.text.indexOf(end, from);
    if (to < 0) throw this.#error(`${start} has no end`);
    this.#at = to + end.length;
    return this.text.slice(from, to);
  }

  #addText(text: string): void {
    const parent = this.#open.at(-1);
    if (parent !== undefined) parent.children.push(text);
    else if (text.trim() !== '') throw this.#error('there is text outside of the elements');
  }

  #doctype(): void {
    const { text, options } = this;
    const end = text.indexOf('>', this.#at);
    const declaration = end < 0 ? '' : text.slice(this.#at, end);
    if (!options.allowDoctype || !/^<!DOCTYPE\s[^[<]*$/i.test(declaration)) {
      throw this.#error('it declares a document type or entities');
    }
    if (this.#root !== null || this.#open.length > 0) {
      throw this.#error('its document type comes too late');
    }
    this.#at = end + 1;
  }

  #startTag(): void {
    this.#at++;
    const name = this.#take(NAME);
    if (name === '') throw this.#error('a < stands alone');
    if (this.#root !== null && this.#open.length === 0) {
      throw this.#error('it has more than one outermost element');
    }
    if (++this.#elements > this.options.maxElements) throw this.#error('it has too many elements');
    if (this.#open.length >= this.options.maxDepth) throw this.#error('it is nested too deeply');
    const attributes = this.#attributes();
    const element: Open = { name, attributes, children: [] };
    this.#open.at(-1)?.children.push(element);
    this.#root ??= element;
    if (this.text.startsWith('/>', this.#at)) this.#at += 2;
    else if (this.text[this.#at] === '>') {
      this.#at++;
      this.#open.push(element);
    } else throw this.#error(`<${name}> is damaged`);
  }

  #attributes(): Map<string, string> {
    const attributes = new Map<string, string>();
    for (;;) {
      const space = this.#take(SPACE);
      const name = this.#take(NAME);
      if (name === '') return attributes;
      if (space === '') throw this.#error(`no space stands before ${name}`);
      this.#take(SPACE);
      const equals = this.text[this.#at++];
      this.#take(SPACE);
      const quote = this.text[this.#at];
      if (equals !== '=' || (quote !== '"' && quote !== "'")) {
        throw this.#error(`${name} has no value in quotes`);
      }
      const value = this.#skip(quote, quote);
      if (value.includes('<')) throw this.#error(`${name} holds a <`);
      if (attributes.has(name)) throw this.#error(`${name} stands twice`);
      attributes.set(name, unescape(value));
    }
  }

  #endTag(): void {
    this.#at += 2;
    const name = this.#take(NAME);
    this.#take(SPACE);
    const open = this.#open.pop();
    if (open?.name !== name || this.text[this.#at] !== '>') {
      throw this.#error(`</${name}> closes nothing`);
    }
    this.#at++;
  }
}

/** The outermost element of a document. @throws XmlError */
export function parseXml(text: string, options: XmlOptions): XmlElement {
  return new Parser(text, options).parse();
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\n': '&#10;',
  '\r': '&#13;',
  '\t': '&#9;',
};

/** Text as it stands in XML; characters that XML cannot hold are left out. */
export function escapeXml(text: string): string {
  let out = '';
  for (const character of text) {
    if (isCharacter(character.codePointAt(0) ?? 0)) out += ESCAPES[character] ?? character;
  }
  return out;
}

/** Writes elements anew, so that a reader sees exactly what was parsed. */
export function writeXml({ name, attributes, children }: XmlElement): string {
  const parts = [...attributes].map(([key, value]) => ` ${key}="${escapeXml(value)}"`);
  const inner = children.map((child) =>
    typeof child === 'string' ? escapeXml(child) : writeXml(child),
  );
  return `<${name}${parts.join('')}>${inner.join('')}</${name}>`;
}
