/** `models download` and `models delete` as a person types them. */
import { readdir } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Workplace, type CommandResult } from '../../support/cli.js';
import { Hub } from '../../support/hub.js';

const ID = 'blip3o-next-edit-vae';
const SHARD = 'model-00001-of-00002.safetensors';

let place: Workplace;
let hub: Hub;
beforeEach(async () => {
  place = await Workplace.make();
  hub = await Hub.withCheckpoint();
});
afterEach(async () => {
  await hub.stop();
  await place.remove();
});

function fetching(...more: string[]): string[] {
  return ['models', 'download', ID, '--endpoint', hub.url, ...more];
}

/** Runs a download until a weights file is on its way, and then ends it. */
function interrupted(signal: NodeJS.Signals): Promise<CommandResult> {
  hub.slow = { piece: 2000, pause: 50 };
  let end = (): void => undefined;
  hub.misbehave = (_request, _response, { name }) => {
    if (name === SHARD) setTimeout(end, 400);
    return false;
  };
  return place.run(fetching('--accept-licence'), (_stderr, kill) => {
    end = () => {
      kill(signal);
    };
  });
}

describe('models download', () => {
  it('lists what there is in both languages, and asks no server', async () => {
    const env = await place.run(['models', 'download', '--list']);
    expect(env).toMatchObject({ code: 0, stderr: '' });
    expect(env.stdout).toContain('blip3o-next-sft-3b');
    expect(env.stdout).toContain('Changes pictures by instruction');
    const spanish = await place.run(['models', 'download', '--list', '--lang', 'es']);
    expect(spanish.stdout).toContain('Cambia imágenes según una instrucción');
    expect(hub.seen).toEqual([]);
  });

  it('takes away what has arrived of one that is not wanted any more', async () => {
    hub.misbehave = (_request, response, { name }) => {
      if (name !== SHARD) return false;
      response.writeHead(404).end();
      return true;
    };
    expect((await place.run(fetching('--accept-licence'))).code).toBe(1);
    const { code, stdout } = await place.run(['models', 'delete', ID, '--yes']);
    expect({ code, stdout }).toEqual({ code: 0, stdout: `${ID}: deleted\n` });
    expect(await readdir(place.path('home', 'models', '.downloads'))).toEqual([]);
    expect((await place.run(['models', 'delete', ID, '--yes'])).code).toBe(1);
  });

  it('shows the licences and downloads nothing before they are accepted', async () => {
    const { code, stderr } = await place.run(fetching());
    expect(code).toBe(1);
    expect(stderr).toContain('Efficient-Large-Model/SANA1.5_1.6B_1024px_diffusers: test-terms');
    expect(stderr).toContain('non-commercial');
    expect(stderr).toContain('For research only.');
    expect(stderr).toContain('--accept-licence');
    expect(hub.asked(SHARD)).toEqual([]);
    const spanish = await place.run(fetching('--lang', 'es'));
    expect(spanish.stderr).toContain('no comercial');
    expect(spanish.stderr).toContain('Las licencias no se aceptaron');
  });

  it('brings a model that is used, and deletes it', async () => {
    const { code, stdout } = await place.run(fetching('--accept-licence', '--json'));
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ ok: true, id: ID });
    const settings = ['--model', ID, '--steps', '2', '--seed', '1'];
    const made = await place.run(['generate', 'a red house', ...settings, '--out', 'a.png']);
    expect(made.code).toBe(0);
    const edit = ['edit', 'a.png', 'make it blue', ...settings, '--out', 'b.png'];
    expect((await place.run(edit)).code).toBe(0);
    expect(await place.files()).toEqual(['a.png', 'b.png']);
    const again = await place.run(fetching('--accept-licence'));
    expect(again.stderr).toContain('is here already');
    const unasked = await place.run(['models', 'delete', ID]);
    expect(unasked.code).toBe(1);
    expect(unasked.stderr).toContain('--yes');
    const deleted = await place.run(['models', 'delete', ID, '--yes']);
    expect(deleted).toMatchObject({ code: 0, stdout: `${ID}: deleted\n` });
    expect(await readdir(place.path('home', 'models'))).toEqual(['.downloads']);
  });

  it('does not delete what came with Nativa', async () => {
    const { stdout } = await place.run(['models', 'list', '--json']);
    const { models } = JSON.parse(stdout) as { models: { id: string }[] };
    const { code, stderr } = await place.run(['models', 'delete', models[0]?.id ?? '', '--yes']);
    expect(code).toBe(1);
    expect(stderr).toContain('comes with Nativa');
  });

  it('says on Ctrl-C what is kept, and goes on from there', async () => {
    const stopped = await interrupted('SIGINT');
    expect(stopped.code).toBe(130);
    expect(stopped.stderr).toMatch(/Stopped; .* of .* are kept, and the same command goes on/);
    hub.slow = undefined;
    hub.misbehave = () => false;
    const { code, stderr } = await place.run(fetching());
    expect(code).toBe(0);
    expect(stderr).toContain('Going on with');
    expect(hub.asked(SHARD).at(-1)?.range).toMatch(/^bytes=\d+-$/);
  });

  it('goes on after it was killed in the middle', async () => {
    const killed = await interrupted('SIGKILL');
    expect(killed.code).toBeNull();
    const { stdout } = await place.run(['models', 'list']);
    expect(stdout).not.toContain(ID);
    hub.slow = undefined;
    hub.misbehave = () => false;
    expect((await place.run(fetching())).code).toBe(0);
    expect((await place.run(['models', 'verify', ID])).code).toBe(0);
  });

  it('tells no secret, whatever happens', async () => {
    process.env.HF_TOKEN = 'hf_very_secret';
    try {
      hub.misbehave = (_request, response) => {
        response.writeHead(403).end();
        return true;
      };
      const { code, stdout, stderr } = await place.run(fetching('--accept-licence'));
      expect(code).toBe(1);
      expect(stderr).toContain('another token');
      expect(stdout + stderr).not.toContain('hf_very_secret');
    } finally {
      Reflect.deleteProperty(process.env, 'HF_TOKEN');
    }
  });
});
