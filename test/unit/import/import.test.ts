import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmdirSync } from 'node:fs';
import {
  appendFile,
  cp,
  mkdir,
  mkdtemp,
  readFile,
  readdir,
  rename,
  rm,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { loadBundle, verifyBundle } from '../../../native-models/bundle/index.js';
import { readSafetensorsHeader } from '../../../native-models/graphs/index.js';
import { importCheckpoint } from '../../../native-models/import/index.js';
import type { Imported } from '../../../native-models/import/index.js';
import { Pickle, archive, zip } from '../../support/torch-file.js';

const NAME = 'BLIP3o-NEXT-edit-VAE';
const CHECKPOINT = join(import.meta.dirname, '../../golden/data/official', NAME);
const FIRST = 'model-00001-of-00002.safetensors';
const SECOND = 'model-00002-of-00002.safetensors';

let place: string;
let folder: string;
beforeEach(async () => {
  place = await mkdtemp(join(tmpdir(), 'nativa-import-'));
  folder = join(place, NAME);
  await cp(CHECKPOINT, folder, { recursive: true });
});
afterEach(async () => {
  await rm(place, { recursive: true, force: true });
});

function path(...parts: string[]): string {
  return join(folder, ...parts);
}

async function names(dir: string): Promise<string[]> {
  return (await readdir(dir, { recursive: true })).sort();
}

/** The import works, and the model it made has every file it says. */
async function works(dir = folder, options = {}): Promise<Imported> {
  const imported = await importCheckpoint(dir, options);
  const verified = await verifyBundle(await loadBundle(dir));
  expect(verified.files).toBe(Object.keys(imported.manifest.files).length);
  return imported;
}

/** The import fails with one sentence and leaves the folder as it was. */
async function refused(code: string, ...words: (string | RegExp)[]): Promise<void> {
  const before = await names(folder);
  const error = await importCheckpoint(folder, {}).catch((reason: unknown) => reason);
  expect(error).toMatchObject({ code });
  const { message } = error as Error;
  expect(message).not.toContain('\n');
  for (const word of words) expect(message).toMatch(word);
  expect(await names(folder)).toEqual(before);
}

/** Changes the header of a weight file without moving its data. */
async function editHeader(file: string, edit: (text: string) => string): Promise<void> {
  const bytes = await readFile(file);
  const length = Number(bytes.readBigUInt64LE(0));
  const text = edit(bytes.subarray(8, 8 + length).toString());
  const header = Buffer.from(text.trimEnd().padEnd(length));
  expect(header.length).toBe(length);
  await writeFile(file, Buffer.concat([bytes.subarray(0, 8), header, bytes.subarray(8 + length)]));
}

async function editConfig(file: string, fields: Readonly<Record<string, unknown>>): Promise<void> {
  const json = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>;
  await writeFile(file, JSON.stringify({ ...json, ...fields }));
}

describe('a checkpoint as it is published', () => {
  it('becomes a model where it lies, with nothing copied', async () => {
    const before = await names(folder);
    const { manifest, variant, unexpected } = await works();
    expect({ variant, unexpected }).toEqual({ variant: 'edit', unexpected: [] });
    expect(manifest).toMatchObject({
      id: 'blip3o-next-edit-vae',
      name: NAME,
      license: 'apache-2.0',
      resolution: 32,
      capabilities: { generate: true, edit: true, maxReferences: 1 },
      defaults: { steps: 30, guidanceScale: 2, topK: 1200, topP: 0.95 },
    });
    const added = (await names(folder)).filter((name) => !before.includes(name));
    expect(added).toEqual([
      'bundle.json',
      'nativa',
      join('nativa', 'vision'),
      join('nativa', 'vision', 'config.json'),
      // The one tensor of ta_tok.pth that does not lie in order.
      join('nativa', 'vision', 'ta_tok.safetensors'),
    ]);
    const strays = await readSafetensorsHeader(path('nativa', 'vision', 'ta_tok.safetensors'));
    expect([...strays.tensors.keys()]).toEqual(['encode_task_layer.0.weight']);
  });

  it('can be imported again, under another name', async () => {
    await works();
    expect((await works(folder, { name: 'Mío · 2' })).manifest.id).toBe('mio-2');
  });

  it('is told by name where its config has no flags, and then needs no tower', async () => {
    await editConfig(path('config.json'), {
      use_und_image_vae: false,
      use_und_image_vae_as_noise: false,
    });
    await rm(path('TA-Tok'), { recursive: true });
    for (const [name, variant] of [
      ['BLIP3o-NEXT-GRPO-Geneval-3B', 'grpo-geneval'],
      ['BLIP3o-NEXT-GRPO-TexT-3B', 'grpo-text'],
      ['BLIP3o-NEXT-SFT-3B', 'sft'],
      ['BLIP3o-NEXT-Pretrain-3B', 'pretrain'],
    ] as const) {
      const renamed = join(place, name);
      await rename(folder, renamed);
      folder = renamed;
      const imported = await works(folder);
      expect(imported.variant).toBe(variant);
      expect(imported.manifest.capabilities).toMatchObject({ edit: false, maxReferences: 0 });
    }
  });

  it('finds bases beside it, or where it is told', async () => {
    await rename(path('TA-Tok'), join(place, 'TA-Tok'));
    await rename(path('siglip2'), join(place, 'siglip2-so400m-patch14-384'));
    await rename(path('SANA'), join(place, 'anywhere'));
    await refused('CHECKPOINT_INCOMPLETE', 'autoencoder', '--diffusion');
    const { manifest } = await works(folder, { diffusion: join(place, 'anywhere') });
    expect(Object.values(manifest.elsewhere)).toContain(join(place, 'TA-Tok', 'ta_tok.pth'));
    await rm(join(place, 'TA-Tok'), { recursive: true });
    await expect(loadBundle(folder)).rejects.toMatchObject({
      code: 'BUNDLE_FILE_MISSING',
      message: expect.stringContaining('import the model again') as string,
    });
  });

  it('may be the links of a download cache', async () => {
    const cache = join(place, 'models--BLIP3o--BLIP3o-NEXT-edit-VAE');
    const snapshot = join(cache, 'snapshots', 'abc');
    await cp(folder, snapshot, { recursive: true });
    await mkdir(join(cache, 'blobs'));
    await rename(join(snapshot, FIRST), join(cache, 'blobs', 'one'));
    await symlink(join('..', '..', 'blobs', 'one'), join(snapshot, FIRST));
    expect((await works(snapshot)).manifest.name).toBe(NAME);
  });

  it('takes the ids of image tokens from the tokenizer where its config lacks them', async () => {
    await editConfig(path('config.json'), { image_start_token_id: undefined });
    const { manifest } = await works();
    const config = JSON.parse(await readFile(path(manifest.configs.ar), 'utf8')) as object;
    expect(config).toMatchObject({ image_start_token_id: 330 });
  });
});

describe('a checkpoint that is not whole', () => {
  it('is refused for a missing shard, and taken when it is there', async () => {
    await rename(path(SECOND), join(place, SECOND));
    await refused('CHECKPOINT_INCOMPLETE', SECOND);
    await rename(join(place, SECOND), path(SECOND));
    await works();
  });

  it('is refused for a renamed parameter, by both names', async () => {
    const rename = (text: string): string => text.replace('.0.mlp.up_proj', '.0.mlp.up_porj');
    await editHeader(path(FIRST), rename);
    const index = path('model.safetensors.index.json');
    await writeFile(index, rename(await readFile(index, 'utf8')));
    const name = /model\.layers\.0\.mlp\./.source;
    await refused(
      'CHECKPOINT_MISMATCH',
      new RegExp(`: missing ${name}up_proj\\.weight \\[48, 32\\];`),
      new RegExp(`unexpected ${name}up_porj\\.weight;`),
    );
  });

  it('is refused where a shard lacks what its index says', async () => {
    await editHeader(path(FIRST), (text) => text.replace('up_proj', 'up_porj'));
    await refused('CHECKPOINT_MISMATCH', /up_proj/, FIRST);
  });

  it('is refused for a wrong shape, with both shapes', async () => {
    const before = /("model\.layers\.0\.mlp\.up_proj\.weight":\{[^}]*"shape":\[)48,32\]/;
    await editHeader(path(FIRST), (text) => {
      expect(text).toMatch(before);
      return text.replace(before, (_, start: string) => `${start}32,48]`);
    });
    await refused(
      'CHECKPOINT_MISMATCH',
      /: of another shape [^ ]*\.0\.mlp\.up_proj\.weight \[32, 48\] instead of \[48, 32\];/,
    );
  });

  it('is refused for a shard that was cut short', async () => {
    await truncate(path(FIRST), 100_000);
    await refused('BAD_WEIGHTS', FIRST);
  });

  it('is refused for a ta_tok.pth that was cut short', async () => {
    await truncate(path('TA-Tok', 'ta_tok.pth'), 50_000);
    await refused('BAD_WEIGHTS', 'ta_tok.pth');
  });

  it('is refused for a ta_tok.pth that wants to run something, which does not run', async () => {
    const whole = await readFile(path('TA-Tok', 'ta_tok.pth'));
    const trace = join(place, 'ran');
    const evil = new Pickle()
      .name('os', 'system')
      .tuple((into) => into.text(`touch ${trace}`))
      .raw(0x52);
    await writeFile(path('TA-Tok', 'ta_tok.pth'), zip(archive(evil.done())));
    await refused('UNSAFE_WEIGHTS', '"os.system"', 'nothing of it was run');
    expect(existsSync(trace)).toBe(false);
    await writeFile(path('TA-Tok', 'ta_tok.pth'), whole);
    await works();
  });

  it('is refused for what Git leaves in place of a large file, with the way to get that', async () => {
    const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${'a'.repeat(64)}\nsize 5\n`;
    for (const name of [FIRST, 'tokenizer.json', join('TA-Tok', 'ta_tok.pth')]) {
      const whole = await readFile(path(name));
      await writeFile(path(name), pointer);
      await refused('LFS_POINTER', name, 'git lfs pull');
      await writeFile(path(name), whole);
    }
  });

  it('is refused for a parameter of a type that nothing reads, which it names', async () => {
    const name = 'model.norm.weight';
    const entry = new RegExp(`("${name}":\\{"dtype":")(BF16|F16|F32)"`.replace(/\./g, '\\.'));
    for (const file of [FIRST, SECOND]) {
      // As many bytes of whole numbers.
      await editHeader(path(file), (text) =>
        text.replace(entry, (_, start: string, type: string) => {
          return `${start}${type === 'F32' ? 'I32' : 'I16'}"`;
        }),
      );
    }
    await refused(
      'CHECKPOINT_MISMATCH',
      /missing model\.norm\.weight \[32\] \(stored as I(16|32),/,
    );
  });

  it.each([
    ['num_hidden_layers', 1e9],
    ['num_hidden_layers', 1e300],
    ['num_hidden_layers', -3],
    ['hidden_size', '32'],
    ['vocab_size', 10 ** 15],
    ['num_attention_heads', 2 ** 52],
  ])('is refused at once for %s %j', async (field, value) => {
    await editConfig(path('config.json'), { [field]: value });
    const before = performance.now();
    const refusal = await importCheckpoint(folder, {}).catch((error: unknown) => error);
    expect(refusal).toMatchObject({
      code: expect.stringMatching(/^(BUNDLE_INVALID|CHECKPOINT_MISMATCH)$/) as string,
    });
    expect(performance.now() - before).toBeLessThan(10_000);
  });

  it.each([
    ['transformer', join('SANA', 'transformer', 'config.json'), { num_layers: 1e9 }],
    ['autoencoder', join('SANA', 'vae', 'config.json'), { decoder_layers_per_block: [1e9, 1e9] }],
  ])('is refused at once for a %s without measure', async (_what, file, fields) => {
    await editConfig(path(file), fields);
    await refused('BUNDLE_INVALID', 'Too big');
  });

  it('is refused for folders where files should be', async () => {
    for (const name of [FIRST, join('TA-Tok', 'ta_tok.pth'), 'tokenizer.json']) {
      await rename(path(name), join(place, 'aside'));
      await mkdir(path(name));
      const code = name === 'tokenizer.json' ? 'BUNDLE_INVALID' : 'FILE_NOT_FOUND';
      await refused(code, name);
      await rm(path(name), { recursive: true });
      await rename(join(place, 'aside'), path(name));
    }
    await rm(path('README.md'));
    await mkdir(path('README.md'));
    await works();
  });

  it('is refused for an index that leads out of its folder, which it says', async () => {
    const index = path('model.safetensors.index.json');
    const json = JSON.parse(await readFile(index, 'utf8')) as { weight_map: object };
    const weights = { ...json.weight_map, 'model.norm.weight': `../${FIRST}` };
    await writeFile(index, JSON.stringify({ ...json, weight_map: weights }));
    await refused('BUNDLE_INVALID', 'model.norm.weight', 'of the same folder');
  });

  it('is refused for a tokenizer of another kind, or without words', async () => {
    const file = path('tokenizer.json');
    const json = JSON.parse(await readFile(file, 'utf8')) as { model: object };
    for (const model of [{ type: 'Unigram' }, { vocab: {} }]) {
      await writeFile(file, JSON.stringify({ ...json, model: { ...json.model, ...model } }));
      await refused('BAD_TOKENIZER', 'model');
    }
  });

  it('takes a card’s licence as one plain line, and a name as long as its folder’s', async () => {
    await writeFile(path('README.md'), '---\nlicense: mit \u001b[31mred\n---\n');
    const long = join(place, 'ñ'.repeat(120));
    await rename(folder, long);
    folder = long;
    const { manifest } = await works(folder, { name: 'x'.repeat(900) });
    expect(manifest.license).toBe('mit  [31mred');
    expect(manifest.name).toHaveLength(200);
    expect(manifest.id).toHaveLength(64);
  });

  it('is refused for a tokenizer that means other tokens', async () => {
    await editConfig(path('config.json'), { image_start_tag_id: 3 });
    await refused('CHECKPOINT_MISMATCH', 'image_start_tag_id', '<im_start>');
  });

  it('is refused where it is another model, a base alone, or nothing', async () => {
    await editConfig(path('config.json'), { model_type: 'llama', architectures: ['Llama'] });
    await refused('NOT_A_CHECKPOINT', 'llama');
    await rm(path('config.json'));
    await refused('NOT_A_CHECKPOINT', 'config.json');
    await expect(importCheckpoint(join(place, 'gone'), {})).rejects.toMatchObject({
      code: 'NOT_A_CHECKPOINT',
    });
  });
});

describe('an import that is stopped', () => {
  it('leaves nothing, and a second try hashes only what the first did not', async () => {
    const before = await names(folder);
    const cacheDir = join(place, 'cache');
    const stop = new AbortController();
    const first = importCheckpoint(folder, {
      cacheDir,
      signal: stop.signal,
      onProgress: ({ file }) => {
        if (file === SECOND) stop.abort();
      },
    });
    await expect(first).rejects.toMatchObject({ name: 'AbortError' });
    expect(await names(folder)).toEqual(before);
    const read: string[] = [];
    await works(folder, { cacheDir, onProgress: ({ file }: { file: string }) => read.push(file) });
    expect(read).not.toContain(FIRST);
    expect(read).toContain(SECOND);
    const { read: again } = await verifyBundle(await loadBundle(folder), { cacheDir });
    // What was written just now, and none of the weights.
    expect(again).toBe(2);
  });

  it('cleans up after one that was killed', async () => {
    // No process has this id: beyond what any system gives out.
    const left = path('.nativa-import-99999999');
    await mkdir(left);
    await appendFile(join(left, 'bundle.json'), '{');
    await works();
    expect((await readdir(folder)).filter((name) => name.startsWith('.nativa'))).toEqual([]);
  });
});

const canMount = (() => {
  const disk = mkdtempSync(join(tmpdir(), 'nativa-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', 'tmpfs', disk], { stdio: 'ignore' });
    execFileSync('umount', [disk]);
    return true;
  } catch {
    return false;
  } finally {
    rmdirSync(disk);
  }
})();

describe.skipIf(!canMount)('on a full disk (needs the right to mount one)', () => {
  it('says so in one sentence, leaves nothing, and works when there is room', async () => {
    const disk = join(place, 'disk');
    await mkdir(disk);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', disk]);
    try {
      folder = join(disk, NAME);
      await cp(CHECKPOINT, folder, { recursive: true });
      await writeFile(join(disk, 'filler'), new Uint8Array(2 ** 20)).catch(() => undefined);
      await refused('DISK_FULL', 'no room left');
      await rm(join(disk, 'filler'));
      await works();
    } finally {
      execFileSync('umount', [disk]);
    }
  });
});
