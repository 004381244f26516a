/** The studio as its page meets it: real sockets, the real engine in its own process, the starter. */
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nodeLauncher } from '../../../main/engine/supervisor.js';
import { startBrowserHost } from '../../../main/hosts/browser/server.js';
import type { BrowserHost } from '../../../main/hosts/browser/server.js';
import { BlobStore } from '../../../main/services/blobs.js';
import { createStudio } from '../../../main/services/studio/index.js';
import type { Studio } from '../../../main/services/studio/router.js';
import type { Ask, Candidate, StudioEvent } from '../../../preload/contract.js';
import { builtHost } from '../../support/engine-host.js';
import { StudioPage } from '../../support/studio.js';

/** How soon a cancel must be acknowledged, in milliseconds, on a machine that is busy besides. */
const ACKNOWLEDGED = 500;
/** Steps enough that a run is still going on when a test interferes. */
const LONG = 1000;

let folder: string;
let blobs: BlobStore;
let studio: Studio;
let host: BrowserHost;
let page: StudioPage;
const engines: number[] = [];

beforeAll(async () => {
  const script = await builtHost();
  folder = mkdtempSync(join(tmpdir(), 'nativa-studio-'));
  process.env.NATIVA_HOME = join(folder, 'home');
  const renderer = join(folder, 'renderer');
  mkdirSync(renderer);
  writeFileSync(join(renderer, 'index.html'), '<!doctype html><title>Nativa</title>');
  blobs = new BlobStore();
  const launch = nodeLauncher(script);
  studio = await createStudio({
    host: 'browser',
    language: 'en',
    blobs,
    launchEngine: () => {
      const started = launch();
      engines.push(started.pid ?? 0);
      return started;
    },
  });
  host = await startBrowserHost({ studio, blobs, renderer });
  page = await StudioPage.open(host.url);
});

afterAll(async () => {
  await page.close();
  await host.close();
  await studio.close();
  await blobs.close();
  delete process.env.NATIVA_HOME;
  rmSync(folder, { recursive: true, force: true });
});

const generate: Ask<'studio.run'> = {
  kind: 'generate',
  prompt: 'a red house to the left of a green tree, at night',
  model: null,
  seed: 7,
  count: 1,
  steps: null,
  guidanceScale: null,
  imageGuidanceScale: null,
  tokens: null,
  width: null,
  height: null,
  image: null,
  mask: null,
  maskFeather: null,
  lockTokens: false,
  keep: null,
  strengths: null,
  references: [],
};

async function start(fields: Partial<Ask<'studio.run'>> = {}): Promise<number> {
  return (await page.request('studio.run', { ...generate, ...fields })).job;
}

/** The pictures of a job that must succeed, with their pixels. */
async function finished(job: number) {
  const event = await page.ended(job);
  if (event.type === 'failed') throw new Error(`${event.code}: ${event.message}`);
  const pixels = async ({ pixels: id }: Candidate) => (await page.download(id)).body;
  return { ...event, pictures: await Promise.all(event.candidates.map(pixels)) };
}

const eventsOf = (job: number): StudioEvent[] =>
  page.events.filter((event) => 'job' in event && event.job === job);

describe('a picture made through the socket', () => {
  it('arrives with its progress, previews, pixels, seeds and recipe', async () => {
    const job = await start({ count: 2 });
    const { candidates, pictures, seconds } = await finished(job);
    expect(candidates.map(({ seed }) => seed)).toEqual([7, 8]);
    expect(seconds).toBeGreaterThan(0);
    for (const [index, candidate] of candidates.entries()) {
      expect(candidate).toMatchObject({ width: 256, height: 256, drift: null });
      expect(pictures[index]).toHaveLength(256 * 256 * 4);
      expect(JSON.parse(candidate.recipe)).toMatchObject({
        kind: 'generate',
        prompt: generate.prompt,
        seed: 7 + index,
        model: { id: 'starter' },
      });
    }
    expect(pictures[0]?.equals(pictures[1] ?? Buffer.alloc(0))).toBe(false);
    expect(pictures[0]?.every((value, i) => i % 4 !== 3 || value === 255)).toBe(true);
    const events = eventsOf(job);
    const stages = new Set(events.map((event) => event.type === 'progress' && event.stage));
    for (const stage of ['tokens', 'denoise', 'decode']) expect(stages).toContain(stage);
    const previews = events.filter((event) => event.type === 'preview');
    expect(previews.length).toBeGreaterThan(0);
    for (const preview of previews.slice(-1)) {
      const { body } = await page.download(preview.pixels);
      expect(body).toHaveLength(preview.width * preview.height * 4);
    }
  });

  it('is the same again, in the engine that is warm', async () => {
    const first = await finished(await start());
    const started = engines.length;
    const again = await finished(await start());
    expect(again.pictures[0]?.equals(first.pictures[0] ?? Buffer.alloc(0))).toBe(true);
    expect(engines).toHaveLength(started);
  });

  it('is changed by an instruction inside its mask alone', async () => {
    const { pictures } = await finished(await start());
    const source = pictures[0] ?? Buffer.alloc(0);
    const size = { width: 256, height: 256 };
    const white = (x: number, y: number) => x >= 140 && x < 250 && y >= 60 && y < 220;
    const mask = new Uint8Array(source.length).fill(255);
    for (let i = 0; i < 256 * 256; i++) {
      if (!white(i % 256, Math.floor(i / 256))) mask.fill(0, i * 4, i * 4 + 3);
    }
    const image = { blob: await page.upload(source), ...size };
    const job = await start({
      kind: 'edit',
      prompt: 'make the tree yellow',
      image,
      mask: { blob: await page.upload(mask), ...size },
      maskFeather: 0,
      lockTokens: true,
    });
    // Asked and answered: the pixels are the server's business now.
    await page.request('blobs.drop', [image.blob]);
    const edited = await finished(job);
    expect(edited.candidates[0]?.drift).toMatchObject({
      region: 'mask',
      outside: { identical: true, maxAbs: 0 },
    });
    const after = edited.pictures[0] ?? Buffer.alloc(0);
    let changed = 0;
    for (let i = 0; i < 256 * 256; i++) {
      const same = source.subarray(i * 4, i * 4 + 4).equals(after.subarray(i * 4, i * 4 + 4));
      if (!white(i % 256, Math.floor(i / 256))) expect(same).toBe(true);
      else if (!same) changed++;
    }
    expect(changed).toBeGreaterThan(100);
  });
});

describe('a job', () => {
  it('that is cancelled ends at once, and the next one runs in the same engine', async () => {
    const job = await start({ steps: LONG });
    await page.reaches(job, 'denoise');
    const waiting = await start({ seed: 9 });
    const began = performance.now();
    await page.request('studio.cancel', { job });
    expect(await page.ended(job)).toMatchObject({ type: 'failed', code: 'CANCELLED' });
    expect(performance.now() - began).toBeLessThan(ACKNOWLEDGED);
    const started = engines.length;
    expect((await finished(waiting)).candidates[0]?.seed).toBe(9);
    expect(engines).toHaveLength(started);
  });

  it('that waits is cancelled without a word to the engine', async () => {
    const job = await start({ steps: LONG });
    const waiting = await start();
    await page.request('studio.cancel', { job: waiting });
    expect(await page.ended(waiting)).toMatchObject({ type: 'failed', code: 'CANCELLED' });
    expect(eventsOf(waiting)).toHaveLength(1);
    await page.request('studio.cancel', { job });
    expect(await page.ended(job)).toMatchObject({ type: 'failed', code: 'CANCELLED' });
  });

  it('that wait are made in another order if the person says so', async () => {
    const job = await start();
    const [one, other, last] = [await start(), await start(), await start()];
    await page.request('studio.order', { jobs: [job, last, other, one] });
    const done: number[] = [];
    await Promise.all([job, one, other, last].map((id) => finished(id).then(() => done.push(id))));
    expect(done).toEqual([job, last, other, one]);
  });

  it('whose engine is killed fails with a sentence, and the next one succeeds', async () => {
    const job = await start({ steps: LONG });
    await page.reaches(job, 'tokens');
    process.kill(engines.at(-1) ?? 0, 'SIGKILL');
    const failed = await page.ended(job);
    expect(failed).toMatchObject({ type: 'failed', code: 'ENGINE_CRASHED' });
    const started = engines.length;
    expect((await finished(await start())).candidates).toHaveLength(1);
    expect(engines).toHaveLength(started + 1);
  });

  it('goes on while no page is there, and the page that comes back is told', async () => {
    const job = await start();
    const follow = () => page.request('studio.follow', { jobs: [job, 1] });
    expect(await follow()).toEqual({ going: [job], ended: [] });
    await page.close();
    await new Promise((resolve) => setTimeout(resolve, 5_000));
    page = await StudioPage.open(host.url, page.cookie);
    expect((await finished(job)).pictures[0]).toHaveLength(256 * 256 * 4);
    // One that was loaded again asks, however late; nobody knows of the other.
    expect(await follow()).toMatchObject({ going: [], ended: [{ type: 'done', job }] });
  });

  it('that the model cannot do fails with its reason', async () => {
    expect(await page.ended(await start({ prompt: ' ' }))).toMatchObject({
      type: 'failed',
      code: 'EMPTY_PROMPT',
    });
    await expect(start({ model: 'nobody' })).rejects.toMatchObject({ code: 'MODEL_NOT_FOUND' });
    await expect(start({ kind: 'edit' })).rejects.toMatchObject({ code: 'IMAGE_NEEDED' });
  });
});
