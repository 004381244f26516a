/** The studio as a person starts it. */
import { spawn } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ROOT, Workplace } from '../../support/cli.js';
import { StudioPage, http, openSession } from '../../support/studio.js';

let place: Workplace;
const running: Started[] = [];
beforeEach(async () => {
  place = await Workplace.make();
});
afterEach(async () => {
  for (const { child } of running.splice(0)) child.kill('SIGKILL');
  await place.remove();
});

interface Started {
  readonly child: ChildProcessByStdio<null, Readable, Readable>;
  readonly url: string;
  readonly stdout: () => string;
  readonly stderr: () => string;
}

/** Starts the studio and waits for its address. */
async function start(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Started> {
  const plain = { NATIVA_HOME: place.path('home'), LANG: 'C', LC_ALL: 'C', CI: 'true' };
  const child = spawn(process.execPath, [join(ROOT, 'tools', 'start.mjs'), ...args], {
    cwd: place.folder,
    env: { ...process.env, ...plain, DISPLAY: '', WAYLAND_DISPLAY: '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  child.stderr.on('data', (data: Buffer) => (stderr += data.toString()));
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout.on('data', (data: Buffer) => {
      stdout += data.toString();
      const address = /http:\S+/.exec(stdout)?.[0];
      if (address !== undefined) resolve(address);
    });
    child.on('close', () => {
      reject(new Error(`It ended: ${stderr}`));
    });
  });
  const started = { child, url, stdout: () => stdout, stderr: () => stderr };
  running.push(started);
  return started;
}

describe('npm start', () => {
  it('without a display says so and prints one address, whose page is the studio', async () => {
    const { url, stdout, stderr } = await start([]);
    expect(stdout()).toMatch(/^Nativa is ready at http:\/\/127\.0\.0\.1:\d+\/\?token=[\w-]{32}\n$/);
    const said = stderr().trim().split('\n').at(-1);
    expect(said).toMatch(/so the studio is served to a browser\.$/);
    const cookie = await openSession(url);
    const { origin } = new URL(url);
    const page = await http(`${origin}/`, { headers: { cookie } });
    expect([page.status, page.body.toString()]).toEqual([200, expect.stringMatching(/<script/)]);
    const [script = ''] = /assets\/[^"]+\.js/.exec(page.body.toString()) ?? [];
    expect((await http(`${origin}/${script}`, { headers: { cookie } })).status).toBe(200);
  });

  it('opens the files that it is given, on the port that it is given, in Spanish', async () => {
    const create = { width: 40, height: 30, channels: 3 as const, background: '#5a8cc8' };
    await sharp({ create }).toFile(place.path('photo.png'));
    writeFileSync(place.path('generate.txt'), 'no picture');
    const port = 20_000 + (process.pid % 20_000);
    const args = ['serve', '--lang', 'es', '--port', `${port}`, '--no-open'];
    const { url, stdout } = await start([...args, 'photo.png', 'generate.txt']);
    expect(stdout()).toMatch(/^Nativa está lista en /);
    expect(new URL(url).port).toBe(`${port}`);
    const page = await StudioPage.open(url);
    const { files, language } = await page.request('app.start', null);
    expect({ files, language }).toEqual({ files: ['photo.png', 'generate.txt'], language: 'es' });
    const opened = await page.request('files.openPath', { index: 0 });
    expect(opened).toMatchObject({ kind: 'layers', name: 'photo.png', width: 40, height: 30 });
    await expect(page.request('files.openPath', { index: 1 })).rejects.toMatchObject({
      code: 'NOT_AN_IMAGE',
    });
    await page.close();
  });

  it('tells what this machine has, and why a provider is missing', async () => {
    const { url } = await start(['serve']);
    const page = await StudioPage.open(url);
    const { providers, memoryTotal, memoryFree } = await page.request('doctor.report', null);
    expect(providers).toContainEqual({ name: 'cpu', available: true, reason: null });
    for (const { available, reason } of providers) expect(available).toBe(reason === null);
    expect(memoryFree).toBeLessThanOrEqual(memoryTotal);
    await page.close();
  });

  it.each(['SIGINT', 'SIGTERM'] as const)('ends on %s, leaving no process', async (signal) => {
    const { child, url } = await start(['serve']);
    const page = await StudioPage.open(url);
    child.kill(signal);
    const [code] = (await once(child, 'close')) as [number];
    expect(code).toBe(0);
    await expect(http(page.origin)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });
});

describe('what cannot be started', () => {
  it.each([
    [['--host=electron'], 1, 'Leave --host=electron out'],
    [['--host=window'], 2, 'electron, browser'],
    [['paint'], 2, 'There is no command "paint"'],
    [['photo.png'], 1, 'There is no file photo.png'],
    [['serve', '--port', '0'], 2, 'from 1 to 65535'],
    [['serve', '--port', 'http'], 2, 'not "http"'],
  ])('%j is refused with one line', async (args, status, words) => {
    const { stderr, stdout, code } = await place.run(args);
    expect({ code, stdout }).toEqual({ code: status, stdout: '' });
    const setup = /^nativa: /;
    const lines = stderr
      .trim()
      .split('\n')
      .filter((line) => !setup.test(line));
    expect(lines).toEqual([expect.stringMatching(/^error: /)]);
    expect(lines[0]).toContain(words);
  });
});
