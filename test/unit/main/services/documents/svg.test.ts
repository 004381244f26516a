import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';

import { encodePng } from '../../../../../main/engine/images/index.js';
import { rasteriseSvg } from '../../../../../main/engine/images/svg.js';
import { sharp } from '../../../../../main/engine/images/sharp.js';
import { checkSvg, isSvg, openSvg } from '../../../../../main/services/documents/svg.js';
import { compiled } from '../compiled.js';
import { flat, pixelAt, withCode } from './blobs.js';

const script = compiled('main/engine/images/svg-process.ts');
const folder = mkdtempSync(join(tmpdir(), 'nativa-svg-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const svg = (attributes: string, inner = '') =>
  Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" ${attributes}>${inner}</svg>`,
  );
const small = (inner: string) => svg('width="8" height="4"', inner);
const draw = (bytes: Uint8Array) => openSvg('a.svg', bytes, { script });
const red = () =>
  encodePng({ width: 2, height: 2, channels: 4, data: flat(2, 2, [255, 0, 0, 255]) });

describe('drawings', () => {
  test('are drawn at their size, with straight alpha', async () => {
    const image = await draw(
      small('<rect width="4" height="4" fill="#ff8000" opacity="0.5"/><script>alert(1)</script>'),
    );
    expect(image).toMatchObject({ width: 8, height: 4, channels: 4 });
    const [r = 0, g = 0, b = 0, a = 0] = pixelAt(image.data, 8, 1, 1);
    expect(r).toBe(255);
    expect(Math.abs(g - 128)).toBeLessThan(3);
    expect([b, Math.abs(a - 128) < 2]).toEqual([0, true]);
    expect(pixelAt(image.data, 8, 6, 1)[3]).toBe(0);
  });

  test.each([
    ['width="1in" height="0.5in"', 96, 48],
    ['width="10mm" viewBox="0 0 20 10"', 38, 19],
    ['viewBox="0 0 24 30"', 24, 30],
    ['width="100%" height="100%" viewBox="0,0,7,9"', 7, 9],
  ])('%s', async (attributes, width, height) => {
    const image = await draw(svg(attributes, '<rect width="100%" height="100%" fill="red"/>'));
    expect([image.width, image.height]).toEqual([width, height]);
    expect(pixelAt(image.data, width, width - 2, height - 2)).toEqual([255, 0, 0, 255]);
  });

  test('without the namespace, with a plain document type, or with prefixes are drawn too', async () => {
    const bare = '<svg width="2" height="2"><rect width="2" height="2" fill="blue"/></svg>';
    const typed = `<?xml version="1.0"?><!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://127.0.0.1:1/x.dtd">${bare}`;
    const prefixed =
      '<s:svg xmlns:s="http://www.w3.org/2000/svg" width="2" height="2"><s:rect width="2" height="2" fill="blue"/></s:svg>';
    for (const text of [bare, typed, prefixed]) {
      const bytes = Buffer.from(text);
      expect(isSvg(bytes)).toBe(true);
      expect(pixelAt((await draw(bytes)).data, 2, 0, 0)).toEqual([0, 0, 255, 255]);
    }
  });

  test('pictures inside of them are drawn, links are no obstacle', async () => {
    const data = Buffer.from(await red()).toString('base64');
    const image = await draw(
      small(
        `<a xlink:href="https://example.com/"><image xlink:href="data:image/png;base64,${data}" width="8" height="4" preserveAspectRatio="none"/></a>`,
      ),
    );
    expect(pixelAt(image.data, 8, 4, 2)).toEqual([255, 0, 0, 255]);
  });

  test('what they refer to outside is refused before anything is drawn', async () => {
    writeFileSync(join(folder, 'red.png'), await red());
    const image = (href: string) => small(`<image href="${href}" width="8" height="4"/>`);
    const hostile = [
      image(`file://${folder}/red.png`),
      image(`${folder}/red.png`),
      image('red.png'),
      image('http://127.0.0.1:1/a.png'),
      image('//127.0.0.1:1/a.png'),
      image(' \n&#104;ttp://127.0.0.1:1/a.png'),
      image('data:image/svg+xml;base64,PHN2Zy8+'),
      small('<use xlink:href="other.svg#a"/>'),
      small('<style>@import "http://127.0.0.1:1/a.css";</style>'),
      small('<style>@\\69 mport url(a.css);</style>'),
      small('<style>rect { fill: u\\72l(http://127.0.0.1:1/a.svg#x) }</style><rect/>'),
      small('<style>@font-face { src: url( "http://127.0.0.1:1/a.woff") }</style>'),
      small('<rect fill="url(http://127.0.0.1:1/a.svg#x)"/>'),
      small('<rect style="fill:url(/etc/passwd)"/>'),
      small('<filter id="f"><feImage href="http://127.0.0.1:1/a.png"/></filter>'),
      Buffer.from(`<?xml-stylesheet href="a.css"?>${small('').toString()}`),
    ];
    for (const bytes of hostile) {
      expect(() => checkSvg('a.svg', bytes), bytes.toString()).toThrow(
        withCode('EXTERNAL_REFERENCE', /^a\.svg needs /),
      );
    }
  });

  test('entities, of this file or another, are refused', () => {
    const entity = (declaration: string) =>
      Buffer.from(
        `<!DOCTYPE svg [${declaration}]><svg width="9" height="9"><text>&x;</text></svg>`,
      );
    for (const declaration of [
      '<!ENTITY x "lol">',
      '<!ENTITY x SYSTEM "file:///etc/passwd">',
      '<!ENTITY % x SYSTEM "http://127.0.0.1:1/"> %x;',
    ]) {
      expect(() => checkSvg('a.svg', entity(declaration))).toThrow(
        withCode('UNREADABLE_IMAGE', /entities/),
      );
    }
  });

  test('scripts, handlers and foreign content do not reach the drawing program', () => {
    const { text } = checkSvg(
      'a.svg',
      small(
        '<script href="http://x/">1</script><rect onload="alert(1)" ONCLICK="x" width="1"/>' +
          '<foreignObject><iframe src="http://x/"/></foreignObject><set attributeName="href" to="http://x/"/>',
      ),
    );
    expect(text).not.toMatch(/script|alert|onload|onclick|foreign|iframe|"href"/i);
    expect(text).toContain('<rect width="1">');
  });

  test('sizes are bounded before anything is drawn', () => {
    for (const size of [
      'width="40000" height="10"',
      'width="20000" height="20000"',
      'width="1e9px" height="1e9px"',
      'viewBox="0 0 1e12 1e12"',
    ]) {
      expect(() => checkSvg('a.svg', svg(size))).toThrow(withCode('IMAGE_TOO_LARGE'));
    }
    const deep = '<g>'.repeat(300) + '</g>'.repeat(300);
    expect(() => checkSvg('a.svg', small(deep))).toThrow(withCode('UNREADABLE_IMAGE', /deeply/));
    const many = '<g/>'.repeat(260_000);
    expect(() => checkSvg('a.svg', small(many))).toThrow(withCode('UNREADABLE_IMAGE', /too many/));
  });

  test('one that would take hours is given up, and its process ends', async () => {
    const slow = checkSvg(
      'slow.svg',
      svg(
        'width="6000" height="6000"',
        '<filter id="f" x="0" y="0" width="1" height="1"><feMorphology operator="dilate" radius="300"/></filter><rect width="6000" height="6000" filter="url(#f)"/>',
      ),
    ).text;
    const pids: (number | undefined)[] = [];
    const { fork } = await import('node:child_process');
    const launch = (path: string) => {
      const child = fork(path, {
        serialization: 'advanced',
        stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      });
      pids.push(child.pid);
      return {
        send: (message: object) => child.send(message),
        onMessage: (listener: (message: unknown) => void) => void child.on('message', listener),
        onExit: (listener: () => void) => void child.once('exit', listener),
        kill: () => void child.kill('SIGKILL'),
      };
    };
    await expect(
      rasteriseSvg(slow, 'slow.svg', { script, launch, milliseconds: 3000 }),
    ).rejects.toThrow(withCode('UNREADABLE_IMAGE', /too long to draw/));
    await expect
      .poll(() => pids.map((pid) => isRunning(pid)), { timeout: 10_000 })
      .toEqual([false]);
  });

  test('one that refers to itself without end is refused in one sentence', async () => {
    const uses = Array.from(
      { length: 11 },
      (_, i) => `<g id="a${i + 1}">${`<use href="#a${i}"/>`.repeat(10)}</g>`,
    );
    const bomb = small(
      `<defs><g id="a0"><rect width="1" height="1"/></g>${uses.join('')}</defs><use href="#a11"/>`,
    );
    await expect(openSvg('b.svg', bomb, { script, milliseconds: 3000 })).rejects.toThrow(
      withCode('UNREADABLE_IMAGE', /^b\.svg [^.]*[^.]\.$|too long/),
    );
  });

  test('nothing is fetched, even if a reference got past the check', async () => {
    const asked: string[] = [];
    const server = createServer((request, response) => {
      asked.push(request.url ?? '');
      response.end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const unchecked = small(
      `<image href="http://127.0.0.1:${port}/a.png" width="8" height="4"/><image href="file://${folder}/red.png" width="8" height="4"/>`,
    ).toString();
    const image = await rasteriseSvg(unchecked, 'a.svg', { script });
    server.close();
    expect(asked).toEqual([]);
    expect(image.data.every((value) => value === 0)).toBe(true);
  });

  test('this process itself cannot draw them, whatever a file is called', async () => {
    await expect(sharp(small('<rect/>')).png().toBuffer()).rejects.toThrow(/unsupported/);
  });
});

function isRunning(pid: number | undefined): boolean {
  try {
    process.kill(pid ?? 0, 0);
    return true;
  } catch {
    return false;
  }
}
