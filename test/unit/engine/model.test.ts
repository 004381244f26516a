import { cp, mkdtemp, readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, it } from 'vitest';

import { loadModel } from '../../../main/engine/model.js';
import type { Model } from '../../../main/engine/model.js';
import { writeTinyBundle } from '../../support/tiny-bundle.js';

const { signal } = new AbortController();

let root: string;
let bundle: string;
let model: Model;

const load = (folder: string, previous?: Model): Promise<Model> =>
  loadModel(folder, { provider: 'cpu', threads: 1, signal, ...(previous && { previous }) });

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'nativa-model-'));
  bundle = await writeTinyBundle(join(root, 'tiny'));
  model = await load(bundle);
});

afterEach(async () => {
  await model.networks.dispose();
  await rm(root, { recursive: true, force: true });
});

it('keeps a loaded model while its files stay as they are', async () => {
  expect(await load(bundle, model)).toBe(model);
});

it('keeps the networks of a model whose files were touched but hold the same', async () => {
  const later = new Date(Date.now() + 60_000);
  await utimes(join(bundle, 'bundle.json'), later, later);
  const again = await load(bundle, model);
  expect(again).not.toBe(model);
  expect(again.networks).toBe(model.networks);
  expect(await load(bundle, again)).toBe(again);
});

it('reads the defaults again when the manifest changed', async () => {
  const path = join(bundle, 'bundle.json');
  const manifest = JSON.parse(await readFile(path, 'utf8')) as { defaults: { steps: number } };
  manifest.defaults.steps += 1;
  await writeFile(path, JSON.stringify(manifest));
  const again = await load(bundle, model);
  expect(again.manifest.defaults.steps).toBe(model.manifest.defaults.steps + 1);
});

it('refuses a model whose weights were altered since it was loaded', async () => {
  const [weights = ''] = model.manifest.weights;
  const bytes = await readFile(join(bundle, weights));
  bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
  await writeFile(join(bundle, weights), bytes);
  await expect(load(bundle, model)).rejects.toMatchObject({ code: 'BUNDLE_FILE_ALTERED' });
});

it('follows a link that leads to another model now', async () => {
  const link = join(root, 'current');
  await symlink(bundle, link);
  const linked = await load(link, model);
  expect(linked).toBe(model);
  await cp(bundle, join(root, 'other'), { recursive: true });
  await rm(link);
  await symlink(join(root, 'other'), link);
  expect(await load(link, linked)).not.toBe(linked);
});
