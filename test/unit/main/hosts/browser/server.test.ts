import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encode } from '@msgpack/msgpack';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import { startBrowserHost } from '../../../../../main/hosts/browser/server.js';
import type { BrowserHost } from '../../../../../main/hosts/browser/server.js';
import { BlobStore } from '../../../../../main/services/blobs.js';
import { createStudio } from '../../../../../main/services/studio/index.js';
import type { Studio } from '../../../../../main/services/studio/router.js';
import { StudioPage, http, openSession } from '../../../../support/studio.js';

const KIB = 1024;
let folder: string;
let studio: Studio;
let blobs: BlobStore;
let host: BrowserHost;
let origin: string;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'nativa-host-'));
  vi.stubEnv('NATIVA_HOME', join(folder, 'home'));
  const renderer = join(folder, 'renderer');
  mkdirSync(join(renderer, 'assets'), { recursive: true });
  writeFileSync(join(renderer, 'index.html'), '<!doctype html><title>Nativa</title>');
  writeFileSync(join(renderer, 'assets', 'index-0a1B2c3D.js'), 'export {};');
  writeFileSync(join(renderer, '.nativa-build.json'), '{"sources":"secret"}');
  writeFileSync(join(folder, 'secret.html'), 'secret');
  blobs = new BlobStore({ maxUpload: 64 * KIB });
  studio = await createStudio({ host: 'browser', language: 'en', blobs });
  host = await startBrowserHost({ studio, blobs, renderer });
  origin = `http://127.0.0.1:${host.port}`;
});
afterEach(async () => {
  await host.close();
  await studio.close();
  await blobs.close();
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

/** How a socket's opening ends: 'open', or the status of the refusal. */
async function socketWith(headers: Record<string, string>, path = '/socket'): Promise<unknown> {
  const socket = new WebSocket(`ws://127.0.0.1:${host.port}${path}`, { headers });
  socket.on('error', () => undefined);
  const refused = once(socket, 'unexpected-response').then(
    ([, response]: unknown[]) => (response as { statusCode: number }).statusCode,
  );
  const opened = once(socket, 'open').then(() => 'open');
  const how = await Promise.race([opened, refused]);
  socket.terminate();
  return how;
}

describe('the token', () => {
  test('opens one session, whose cookie no script and no other site can use', async () => {
    const { status, headers } = await http(host.url);
    expect([status, headers.location]).toEqual([303, '/']);
    const [cookie = ''] = headers['set-cookie'] ?? [];
    expect(cookie).toMatch(/; HttpOnly; SameSite=Strict; Path=\/$/);
    const page = await http(`${origin}/`, { headers: { cookie: cookie.split(';', 1)[0] } });
    expect([page.status, page.body.toString()]).toEqual([200, expect.stringContaining('Nativa')]);
  });

  test('is spent by that, for everyone but the session it was spent for', async () => {
    const cookie = await openSession(host.url);
    const again = await http(host.url);
    expect([again.status, again.headers['set-cookie']]).toEqual([403, undefined]);
    const reload = await http(host.url, { headers: { cookie } });
    expect([reload.status, reload.headers.location]).toEqual([303, '/']);
  });

  test('opens a session from a link on another site too', async () => {
    const { status, headers, body } = await http(host.url, {
      headers: { 'sec-fetch-site': 'cross-site' },
    });
    expect(status).toBe(200);
    expect(headers['set-cookie']).toHaveLength(1);
    expect(body.toString()).toContain('http-equiv="refresh"');
  });

  test('is not guessed: another one gets a sentence and does not spend it', async () => {
    const wrong = await http(`${origin}/?token=${'a'.repeat(32)}`);
    expect(wrong.status).toBe(403);
    expect(wrong.body.toString()).toMatch(/^Open the address that Nativa printed.*\.\n$/);
    expect(await openSession(host.url)).not.toBe('');
  });

  test('is not spent by a request that no browser opens a page with', async () => {
    for (const method of ['HEAD', 'POST', 'OPTIONS']) {
      expect((await http(host.url, { method })).headers['set-cookie']).toBeUndefined();
    }
    expect(await openSession(host.url)).not.toBe('');
  });
});

describe('without a session', () => {
  test.each(['/', '/index.html', '/assets/index-0a1B2c3D.js', '/pixels/abcdefghijklmnop', '/none'])(
    '%s is refused like anything else',
    async (path) => {
      await openSession(host.url);
      for (const cookie of ['', 'nativa=1', `nativa_${host.port}=guess`, `nativa_${host.port}=`]) {
        const { status, body } = await http(origin + path, { headers: { cookie } });
        expect([status, body.toString()]).toEqual([
          403,
          expect.stringContaining('Open the address'),
        ]);
      }
    },
  );

  test('nothing is taken in and no socket is opened', async () => {
    const body = new Uint8Array(4);
    const posted = await http(`${origin}/pixels`, { method: 'POST', headers: { origin }, body });
    expect(posted.status).toBe(403);
    expect(blobs.size).toBe(0);
    expect(await socketWith({ origin })).toBe(403);
  });
});

describe('a page of another site', () => {
  const elsewhere = ['http://evil.example', 'null', 'http://localhost', 'https://127.0.0.1'];

  test.each(['evil.example', '127.0.0.1', 'localhost', '127.0.0.1.evil.example:80'])(
    'that had its name changed to this machine (Host: %s) is refused',
    async (name) => {
      const cookie = await openSession(host.url);
      const { status, body } = await http(`${origin}/`, { headers: { host: name, cookie } });
      expect([status, body.toString()]).toEqual([403, expect.stringContaining('printed')]);
      expect(await socketWith({ host: name, origin: `http://${name}`, cookie })).toBe(403);
    },
  );

  test('may not post or connect, whatever its origin', async () => {
    const cookie = await openSession(host.url);
    const headers = elsewhere.map((from) => ({ cookie, origin: from }));
    for (const one of [{ cookie }, ...headers]) {
      const body = new Uint8Array(4);
      const posted = await http(`${origin}/pixels`, { method: 'POST', headers: one, body });
      expect(posted.status).toBe(403);
      expect(await socketWith(one)).toBe(403);
    }
    expect(blobs.size).toBe(0);
    expect(await socketWith({ cookie, origin })).toBe('open');
    expect(await socketWith({ cookie, origin }, '/other')).toBe(403);
  });

  test('localhost is this machine too', async () => {
    const name = `localhost:${host.port}`;
    const cookie = await openSession(host.url);
    expect((await http(`${origin}/`, { headers: { host: name, cookie } })).status).toBe(200);
    expect(await socketWith({ host: name, origin: `http://${name}`, cookie })).toBe('open');
  });
});

describe('files', () => {
  test('of the renderer are served with their types', async () => {
    const cookie = await openSession(host.url);
    const page = await http(`${origin}/`, { headers: { cookie } });
    expect(page.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(page.headers['cache-control']).toBe('no-cache');
    const script = await http(`${origin}/assets/index-0a1B2c3D.js`, { headers: { cookie } });
    expect(script.headers['content-type']).toBe('text/javascript; charset=utf-8');
    expect(script.headers['cache-control']).toContain('immutable');
    expect(script.body.toString()).toBe('export {};');
  });

  test.each([
    '/../secret.html',
    '/..%2fsecret.html',
    '/%2e%2e/secret.html',
    '/assets/../../secret.html',
    '/assets/..%5c..%5csecret.html',
    '//secret.html',
    '/.nativa-build.json',
    '/assets',
    '/index.html%00.js',
    'http://127.0.0.1/../secret.html',
    '/constructor',
  ])('outside of it are not: %s', async (path) => {
    const cookie = await openSession(host.url);
    const { status, body } = await http(origin, { path, headers: { cookie } });
    expect([400, 404]).toContain(status);
    expect(body.toString()).toMatch(/^(There is nothing at this|This is not an) address\.\n$/);
  });

  test('come with a policy that lets nothing in or out', async () => {
    const cookie = await openSession(host.url);
    for (const path of ['/', '/none', '/pixels/abcdefghijklmnop']) {
      const { headers } = await http(origin + path, { headers: { cookie } });
      const policy = String(headers['content-security-policy']);
      expect(policy).toContain(`default-src 'none'; script-src 'self';`);
      expect(policy).toContain(`connect-src 'self' ws://127.0.0.1:${host.port};`);
      expect(policy).toContain(`frame-ancestors 'none'`);
      expect(headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-embedder-policy': 'require-corp',
        'cross-origin-resource-policy': 'same-origin',
      });
      expect(headers['access-control-allow-origin']).toBeUndefined();
    }
  });

  test('are only read', async () => {
    const cookie = await openSession(host.url);
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) {
      expect((await http(`${origin}/`, { method, headers: { cookie, origin } })).status).toBe(405);
    }
  });

  test('of a newer build are found without a new start', async () => {
    const cookie = await openSession(host.url);
    const path = '/assets/index-4e5F6a7B.js';
    writeFileSync(join(folder, 'renderer', path), 'new');
    await http(`${origin}/`, { headers: { cookie } });
    expect((await http(origin + path, { headers: { cookie } })).body.toString()).toBe('new');
  });
});

describe('pixels', () => {
  test('go in and come out again', async () => {
    const page = await StudioPage.open(host.url);
    const sent = Uint8Array.from({ length: 50 * KIB }, (_, i) => i % 251);
    const id = await page.upload(sent);
    const { status, headers, body } = await page.download(id);
    expect(status).toBe(200);
    expect(headers).toMatchObject({
      'content-type': 'application/octet-stream',
      'content-length': String(sent.length),
      'cache-control': 'no-store',
    });
    expect(body.equals(sent)).toBe(true);
    await page.request('blobs.drop', [id]);
    expect((await page.download(id)).status).toBe(404);
    await page.close();
  });

  test('are fetched only once where that is asked for', async () => {
    const page = await StudioPage.open(host.url);
    const id = await page.upload(new Uint8Array(4));
    expect((await page.download(id, '?once')).status).toBe(200);
    const { status, body } = await page.download(id);
    expect([status, JSON.parse(body.toString())]).toEqual([
      404,
      expect.objectContaining({ code: 'BLOB_NOT_FOUND' }),
    ]);
  });

  test.each([
    ['cat.png', `attachment; filename="cat.png"; filename*=UTF-8''cat.png`],
    ['árbol 1.png', `attachment; filename="_rbol 1.png"; filename*=UTF-8''%C3%A1rbol%201.png`],
    ['../../etc/passwd', `attachment; filename="_.._etc_passwd"; filename*=UTF-8''_.._etc_passwd`],
    ['a"\r\nX-Evil: 1', `attachment; filename="a___X-Evil_ 1"; filename*=UTF-8''a___X-Evil_%201`],
    ['...', `attachment; filename="nativa"; filename*=UTF-8''nativa`],
  ])('are saved as %j without leaving their folder', async (name, expected) => {
    const page = await StudioPage.open(host.url);
    const id = await page.upload(new Uint8Array(4));
    const query = `?download&name=${encodeURIComponent(name)}`;
    const { headers } = await page.download(id, query);
    expect(headers['content-disposition']).toBe(expected);
    expect(headers['x-evil']).toBeUndefined();
  });

  test('that are too many are refused before they are sent, or while', async () => {
    const cookie = await openSession(host.url);
    const declared = await http(`${origin}/pixels`, {
      method: 'POST',
      headers: { cookie, origin, 'content-length': 10 * KIB * KIB, connection: 'close' },
      body: new Uint8Array(10 * KIB * KIB),
    });
    expect(declared.status).toBe(413);
    expect(JSON.parse(declared.body.toString())).toMatchObject({ code: 'UPLOAD_TOO_LARGE' });
    const chunked = await http(`${origin}/pixels`, {
      method: 'POST',
      headers: { cookie, origin, 'transfer-encoding': 'chunked' },
      body: new Uint8Array(100 * KIB),
    });
    expect(chunked.status).toBe(413);
    expect(blobs.size).toBe(0);
  });

  test('of an upload that breaks off are not kept', async () => {
    const cookie = await openSession(host.url);
    const socket = connect(host.port, '127.0.0.1');
    const head = [
      'POST /pixels HTTP/1.1',
      `Host: 127.0.0.1:${host.port}`,
      `Origin: ${origin}`,
      `Cookie: ${cookie}`,
      'Content-Length: 1000',
    ];
    socket.write(`${head.join('\r\n')}\r\n\r\nsome`);
    await new Promise((resolve) => setTimeout(resolve, 100));
    socket.destroy();
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(blobs.size).toBe(0);
    expect((await http(`${origin}/`, { headers: { cookie } })).status).toBe(200);
  });
});

describe('the socket', () => {
  test('answers requests of the contract', async () => {
    const page = await StudioPage.open(host.url);
    const start = await page.request('app.start', null);
    expect(start).toMatchObject({ host: 'browser', language: 'en', recoveries: [], files: [] });
    const set = await page.request('settings.set', { theme: 'dark', candidates: 2 });
    expect(set).toMatchObject({ theme: 'dark', candidates: 2, language: null });
    const models = await page.request('models.list', null);
    expect(models).toContainEqual(
      expect.objectContaining({ ok: true, id: 'starter', canEdit: true, grid: 8 }),
    );
    const size = { width: 1200, height: 800 };
    expect(await page.request('models.grid', { model: null, ...size })).toEqual({
      columns: 8,
      rows: 8,
    });
    await expect(page.request('models.grid', { model: 'nobody', ...size })).rejects.toMatchObject({
      code: 'MODEL_NOT_FOUND',
    });
    await page.close();
  });

  test('tells what was wrong with a request, and goes on', async () => {
    const page = await StudioPage.open(host.url);
    const wrong: [unknown, string][] = [
      [{ id: 5, name: 'app.start', ask: { surprise: 1 } }, 'BAD_REQUEST'],
      [{ id: 6, name: 'app.explode', ask: null }, 'BAD_REQUEST'],
      [{ id: 7, name: 'constructor', ask: null }, 'BAD_REQUEST'],
      [{ id: 8, name: 'app.start', ask: null, more: 1 }, 'BAD_REQUEST'],
      [{ id: 9, name: 'files.open', ask: { name: 'a', blob: '../../etc/passwd' } }, 'BAD_REQUEST'],
      [{ id: 10, name: 'files.open', ask: { name: 'a', blob: 'a'.repeat(32) } }, 'BLOB_NOT_FOUND'],
      [{ id: 11, name: 'files.openPath', ask: { index: 0 } }, 'FILE_NOT_FOUND'],
    ];
    for (const [frame, code] of wrong) {
      expect(await page.raw(encode(frame))).toMatchObject({
        id: (frame as { id: number }).id,
        error: { code },
      });
    }
    expect(await page.request('app.start', null)).toMatchObject({ host: 'browser' });
    await page.close();
  });

  test.each([
    ['text', '{"id":1}'],
    ['no msgpack', Uint8Array.of(0xc1)],
    ['half a frame', encode({ id: 1, name: 'app.start' }).subarray(0, 5)],
    ['no object', encode([1, 2])],
    ['no number', encode({ name: 'app.start', ask: null })],
    ['a prototype', Uint8Array.from([0x81, 0xa9, ...Buffer.from('__proto__'), 0x80])],
  ])('is closed on one that sends %s', async (_, data) => {
    const page = await StudioPage.open(host.url);
    expect(await page.raw(data)).toBe(1008);
    const other = await StudioPage.open(host.url, page.cookie);
    expect(await other.request('app.start', null)).toMatchObject({ host: 'browser' });
  });

  test('tells every page of what happens, and one that comes back of how things ended', async () => {
    const [one, file] = [await StudioPage.open(host.url), join(folder, 'a.png')];
    const other = await StudioPage.open(host.url, one.cookie);
    studio.openFiles([file]);
    for (const page of [one, other]) {
      const event = await page.event((found): found is typeof found => found.type === 'files');
      expect(event).toEqual({ type: 'files', files: ['a.png'], first: 0 });
      await page.close();
    }
    studio.openFiles([join(folder, 'b.png')]);
    const back = await StudioPage.open(host.url, one.cookie);
    const missed = await back.event((found): found is typeof found => found.type === 'files');
    expect(missed).toEqual({ type: 'files', files: ['b.png'], first: 1 });
  });
});

describe('work that a page keeps', () => {
  const project = JSON.stringify({ tiles: [], documents: [{ layers: [{}] }] });
  const state = { name: 'Cat', width: 8, height: 8, project, tiles: [], blob: null };

  test('is found by the next page once that one is gone, not before', async () => {
    const page = await StudioPage.open(host.url);
    const id = 'document-1';
    await page.request('autosave.put', { id, ...state });
    const other = await StudioPage.open(host.url, page.cookie);
    expect((await other.request('app.start', null)).recoveries).toEqual([]);
    await page.close();
    await vi.waitFor(async () => {
      const { recoveries } = await other.request('app.start', null);
      expect(recoveries.map((found) => found.id)).toEqual([id]);
    });
    await other.request('autosave.discard', { id });
    expect((await other.request('app.start', null)).recoveries).toEqual([]);
  });
});

describe('a port', () => {
  test('that is taken is said to be', async () => {
    const options = { studio, blobs, renderer: join(folder, 'renderer'), port: host.port };
    await expect(startBrowserHost(options)).rejects.toMatchObject({ code: 'PORT_IN_USE' });
  });

  test('is not taken where there is nothing to serve', async () => {
    const options = { studio, blobs, renderer: join(folder, 'none') };
    await expect(startBrowserHost(options)).rejects.toMatchObject({ code: 'STUDIO_NOT_BUILT' });
  });
});
