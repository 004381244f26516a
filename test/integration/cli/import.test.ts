import { cp, readdir, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ROOT, Workplace } from '../../support/cli.js';

const NAME = 'BLIP3o-NEXT-edit-VAE';
const ID = 'blip3o-next-edit-vae';

let place: Workplace;
let folder: string;
beforeEach(async () => {
  place = await Workplace.make();
  folder = place.path(NAME);
  await cp(join(ROOT, 'test', 'golden', 'data', 'official', NAME), folder, { recursive: true });
});
afterEach(async () => {
  await place.remove();
});

describe('models import', () => {
  it('makes a checkpoint a model that is listed, inspected, verified and used', async () => {
    const { code, stdout } = await place.run(['models', 'import', folder, '--json']);
    expect(code).toBe(0);
    const said = JSON.parse(stdout) as object;
    expect(said).toMatchObject({ ok: true, id: ID, folder, variant: 'edit', unexpected: [] });
    for (const args of [['list'], ['inspect', ID], ['verify', ID]]) {
      const { code: status, stdout: text } = await place.run(['models', ...args]);
      expect({ status, text }).toEqual({ status: 0, text: expect.stringContaining(ID) as string });
    }
    const settings = ['--model', ID, '--steps', '2', '--seed', '1'];
    const made = await place.run(['generate', 'a red house', ...settings, '--out', 'a.png']);
    expect(made.code).toBe(0);
    const edited = await place.run([
      'edit',
      'a.png',
      'make it blue',
      ...settings,
      '--out',
      'b.png',
    ]);
    expect(edited.code).toBe(0);
    expect(await place.files()).toEqual([NAME, 'a.png', 'b.png']);
  });

  it('says what is wrong in the language asked for, on one line', async () => {
    await truncate(join(folder, 'model-00001-of-00002.safetensors'), 5000);
    const { code, stderr } = await place.run(['models', 'import', folder, '--lang', 'es']);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error: Un archivo de pesos .*model-00001-of-00002\.safetensors.*\n$/);
  });

  it('refuses a name that another model has', async () => {
    const copy = place.path('copy');
    await cp(folder, copy, { recursive: true });
    expect((await place.run(['models', 'import', folder])).code).toBe(0);
    const { code, stderr } = await place.run(['models', 'import', copy, '--name', NAME]);
    expect(code).toBe(1);
    expect(stderr).toContain('--name');
    expect(await readdir(copy)).not.toContain('bundle.json');
  });

  it('leaves nothing when it is killed, and works at the second try', async () => {
    const before = await readdir(folder);
    // Long to read and nothing on the disk: a hole.
    await writeFile(join(folder, 'LICENSE'), '');
    await truncate(join(folder, 'LICENSE'), 8 * 2 ** 30);
    const killed = await place.run(['models', 'import', folder], (stderr, kill) => {
      if (stderr.includes('reading LICENSE')) kill('SIGKILL');
    });
    expect(killed.code).toBeNull();
    expect((await readdir(folder)).sort()).toEqual([...before, 'LICENSE'].sort());
    await truncate(join(folder, 'LICENSE'), 0);
    const second = await place.run(['models', 'import', folder]);
    expect(second.code).toBe(0);
    expect(second.stderr).not.toContain('reading model-00001');
  });
});
