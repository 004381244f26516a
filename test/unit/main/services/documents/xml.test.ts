import { describe, expect, test } from 'vitest';

import {
  decodeXml,
  escapeXml,
  parseXml,
  writeXml,
  XmlError,
} from '../../../../../main/services/documents/xml.js';

const limits = { maxDepth: 5, maxElements: 20, allowDoctype: false };
const parse = (text: string) => parseXml(text, limits);

describe('parsing XML', () => {
  test('reads elements, attributes, text, entities, CDATA; passes over comments', () => {
    const text =
      '\uFEFF<?xml version="1.0" encoding="UTF-8"?>\n<!-- a > b -->' +
      `<a one='1 "x"' ns:two = "&lt;&amp;&#65;&#x1F600;"><b/>t&gt;<![CDATA[<&]]><!--c--></a>\n`;
    const root = parse(text);
    expect(root.name).toBe('a');
    expect([...root.attributes]).toEqual([
      ['one', '1 "x"'],
      ['ns:two', '<&A😀'],
    ]);
    expect(root.children).toEqual([{ name: 'b', attributes: new Map(), children: [] }, 't>', '<&']);
  });

  test('what it writes reads the same', () => {
    const root = parse('<a b="&quot;&#10;&amp;\'">x &lt; y<c d="é">&amp;amp;</c></a>');
    expect(parse(writeXml(root))).toEqual(root);
  });

  test.each([
    ['a document type', '<!DOCTYPE a><a/>'],
    ['an entity', '<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>'],
    ['an undefined entity', '<a>&nbsp;</a>'],
    ['a bare &', '<a>a & b</a>'],
    ['a null character', '<a>&#0;</a>'],
    ['half a pair of surrogates', '<a>&#xD800;</a>'],
    ['a character beyond Unicode', '<a>&#x110000;</a>'],
    ['an open element', '<a><b></a>'],
    ['a cut file', '<a><b'],
    ['a cut attribute', '<a b="'],
    ['two roots', '<a/><b/>'],
    ['text outside', '<a/>x'],
    ['nothing', '   '],
    ['an attribute twice', '<a b="1" b="2"/>'],
    ['an attribute without quotes', '<a b=1/>'],
    ['attributes without a space', '<a b="1"c="2"/>'],
    ['a < in an attribute', '<a b="<"/>'],
    ['depth', '<a>'.repeat(6) + '</a>'.repeat(6)],
    ['number', `<a>${'<b/>'.repeat(20)}</a>`],
    ['an open comment', '<a/><!-- '],
  ])('refuses %s', (_, text) => {
    expect(() => parse(text)).toThrow(XmlError);
  });

  test('passes over a plain document type only where that is allowed, never over entities', () => {
    const allowed = { ...limits, allowDoctype: true };
    const plain = '<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://x/svg11.dtd"><svg/>';
    expect(parseXml(plain, allowed).name).toBe('svg');
    expect(() => parseXml('<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', allowed)).toThrow(XmlError);
    expect(() => parseXml('<a/><!DOCTYPE a>', allowed)).toThrow(XmlError);
  });

  test('decodes by mark and declaration', () => {
    const utf16 = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from('<a>é</a>', 'utf16le')]);
    expect(parse(decodeXml(utf16)).children).toEqual(['é']);
    const latin = Buffer.from('<?xml version="1.0" encoding="ISO-8859-1"?><a>é</a>', 'latin1');
    expect(parse(decodeXml(latin)).children).toEqual(['é']);
    expect(() => decodeXml(Buffer.from([0x3c, 0x61, 0xff]))).toThrow(XmlError);
  });

  test('leaves out what XML cannot hold', () => {
    expect(escapeXml('a\u0000<\u0008"b\uD800')).toBe('a&lt;&quot;b');
  });
});
