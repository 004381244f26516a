import { exec } from 'node:child_process';
import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ROOT, SMALL_BUNDLE, Workplace } from '../../support/cli.js';

const ID = 'golden-channels';

let place: Workplace;
beforeEach(async () => {
  place = await Workplace.make();
});
afterEach(async () => {
  await place.remove();
});

/** Puts the small bundle where a person's own models are. */
async function install(): Promise<string> {
  const folder = place.path('home', 'models', 'small');
  await cp(SMALL_BUNDLE, folder, { recursive: true });
  return folder;
}

async function succeed(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await place.run(args);
  expect({ code, stderr }).toEqual({ code: 0, stderr: expect.any(String) as string });
  return stdout;
}

describe('models', () => {
  it('are listed with their size and folder, broken ones with the reason', async () => {
    const folder = await install();
    const broken = place.path('home', 'models', 'broken');
    await mkdir(broken);
    await writeFile(join(broken, 'bundle.json'), '{"schemaVersion": 2}');
    const list = await succeed('models', 'list');
    expect(list).toContain(ID);
    expect(list).toContain(folder);
    expect(list).toMatch(/broken.*schemaVersion 2/);
    const { models } = JSON.parse(await succeed('models', 'list', '--json')) as {
      models: object[];
    };
    expect(models).toContainEqual(expect.objectContaining({ id: ID, folder }));
  });

  it('are inspected by id and by folder, without a look at the weights', async () => {
    const folder = await install();
    for (const name of [ID, folder]) {
      const text = await succeed('models', 'inspect', name);
      for (const words of [ID, 'diffusion transformer', 'parameters'])
        expect(text).toContain(words);
    }
    const json: unknown = JSON.parse(await succeed('models', 'inspect', folder, '--json'));
    expect(json).toMatchObject({ ok: true, folder, manifest: { id: ID } });
  });

  it('are verified, and used by their id', async () => {
    await install();
    expect(await succeed('models', 'verify', ID)).toContain('as published');
    await succeed('generate', 'a cat', '--model', ID, '--steps', '1', '--out', 'a.png');
    await rm(place.path('home', 'models', 'small', 'tokenizer.json'));
    const { code, stderr } = await place.run(['models', 'verify', ID]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error: .*tokenizer\.json/);
  });
});

describe('models quantize', () => {
  it('makes a smaller model that paints, and says what it lost', async () => {
    const json = await succeed('models', 'quantize', 'starter', '--bits', '8', '--json');
    const report = JSON.parse(json) as {
      id: string;
      before: number;
      after: number;
      losses: { network: string; relativeError: number }[];
    };
    expect(report.id).toBe('starter-8bit');
    expect(report.after).toBeLessThan(0.85 * report.before);
    expect(report.losses.map(({ network }) => network)).toEqual(['ar', 'transformer']);
    for (const { relativeError } of report.losses) expect(relativeError).toBeLessThan(0.01);
    const args = ['--model', report.id, '--seed', '3', '--out', 'sun.png', '--json'];
    const made: unknown = JSON.parse(
      await succeed('generate', 'a yellow sun above a white sheep', ...args),
    );
    expect(made).toMatchObject({ ok: true, model: report.id });
    expect(await sharp(place.path('sun.png')).metadata()).toMatchObject({ width: 256 });
  });

  it('refuses what it cannot do in one line', async () => {
    const wrong = await place.run(['models', 'quantize', 'starter', '--bits', '5']);
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toMatch(/^error: --bits .*4, 8.*5/);
    await succeed('models', 'quantize', 'starter', '--bits', '4');
    const twice = await place.run(['models', 'quantize', 'starter-4bit', '--bits', '4']);
    expect(twice.code).toBe(1);
    expect(twice.stderr).toMatch(/^error: .*quantised already/);
    expect(twice.stderr.trim().split('\n')).toHaveLength(1);
  });
});

describe('doctor', () => {
  it('is content where a model is, and says what runs', async () => {
    await install();
    const report = JSON.parse(await succeed('doctor', '--json')) as {
      ok: boolean;
      providers: { name: string; available: boolean; reason?: object }[];
    };
    expect(report.ok).toBe(true);
    expect(report.providers).toContainEqual({ name: 'cpu', available: true });
    const missing = report.providers.filter(({ available }) => !available);
    for (const { reason } of missing) expect(reason).toBeDefined();
    expect(await succeed('doctor', '--lang', 'es')).toMatch(/memoria/i);
  });
});

describe.skipIf(process.platform === 'win32')('a reader that has read enough', () => {
  it('ends the command without a word', async () => {
    const command = `"${process.execPath}" "${join(ROOT, 'tools', 'start.mjs')}" models inspect starter | head -1`;
    const { stdout, stderr } = await promisify(exec)(command);
    expect(stdout).toMatch(/^id +starter\n$/);
    expect(stderr).toBe('');
  });
});

describe('help', () => {
  it('is shown when asked for, and in the language asked for', async () => {
    const welcome = await succeed('help');
    for (const command of ['generate', 'edit', 'models', 'doctor']) {
      expect(welcome).toContain(command);
    }
    const help = await succeed('edit', '--help', '--lang', 'es');
    for (const words of ['--mask', '--reference', '--keep', 'Opciones'])
      expect(help).toContain(words);
  });
});
