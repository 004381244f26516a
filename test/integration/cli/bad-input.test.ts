import { open, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SMALL_BUNDLE, Workplace } from '../../support/cli.js';

let place: Workplace;
beforeEach(async () => {
  place = await Workplace.make();
});
afterEach(async () => {
  await place.remove();
});

/** One line of error, a status, the JSON line, and nothing written. */
async function refused(args: readonly string[], code: string, words: readonly string[]) {
  const before = await place.files();
  const result = await place.run([...args, '--json']);
  expect(result.code).not.toBe(0);
  expect(result.stderr.trim().split('\n')).toHaveLength(1);
  for (const word of words) expect(result.stderr).toContain(word);
  const said: unknown = JSON.parse(result.stdout.trim());
  expect(said).toMatchObject({ ok: false, error: { code } });
  expect(await place.files()).toEqual(before);
}

const make = (...args: string[]) => ['generate', 'a cat', '--model', SMALL_BUNDLE, ...args];
const change = (image: string, ...args: string[]) => [
  'edit',
  image,
  'red',
  '--model',
  SMALL_BUNDLE,
  '--out',
  'out.png',
  ...args,
];

async function picture(name: string, width = 40, height = 30): Promise<void> {
  const create = { width, height, channels: 3 as const, background: { r: 9, g: 99, b: 199 } };
  await sharp({ create }).toFile(place.path(name));
}

function pngChunk(type: string, data: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  let crc = 0xffffffff;
  for (const byte of body) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  const check = Buffer.alloc(4);
  check.writeUInt32BE((crc ^ 0xffffffff) >>> 0);
  return Buffer.concat([length, body, check]);
}

/** A valid PNG header that promises 100,000 x 100,000 pixels, and hardly any data. */
function hugePng(): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(100_000, 0);
  header.writeUInt32BE(100_000, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const signature = Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]);
  const data = pngChunk('IDAT', deflateSync(Buffer.alloc(1000)));
  return Buffer.concat([signature, pngChunk('IHDR', header), data, pngChunk('IEND', Buffer.of())]);
}

describe('pictures that cannot be used', () => {
  it('a file that is not there', async () => {
    await refused(change('missing.png'), 'FILE_NOT_FOUND', ['missing.png']);
  });

  it('a text file named .png', async () => {
    await writeFile(place.path('text.png'), 'just some words, no picture at all\n');
    await refused(change('text.png'), 'NOT_AN_IMAGE', ['text.png']);
  });

  it('a truncated JPEG', async () => {
    await picture('whole.jpg', 400, 300);
    const bytes = await readFile(place.path('whole.jpg'));
    await writeFile(place.path('cut.jpg'), bytes.subarray(0, bytes.length / 2));
    await refused(change('cut.jpg'), 'TRUNCATED_IMAGE', ['cut.jpg']);
  });

  it('a header of 100,000 x 100,000 pixels', async () => {
    await writeFile(place.path('huge.png'), hugePng());
    await refused(change('huge.png'), 'IMAGE_TOO_LARGE', ['huge.png']);
  });

  it('a mask of another size', async () => {
    await picture('in.png');
    await picture('mask.png', 20, 20);
    const args = change('in.png', '--mask', 'mask.png');
    await refused(args, 'MASK_SIZE_MISMATCH', ['20', '40', '30']);
  });
});

describe('words and settings that cannot be used', () => {
  it('an empty prompt', async () => {
    await refused(['generate', '  ', '--model', SMALL_BUNDLE], 'EMPTY_PROMPT', ['empty']);
  });

  it('a prompt of 50,000 characters', async () => {
    const args = ['generate', 'red cat '.repeat(6250), '--model', SMALL_BUNDLE];
    await refused(args, 'PROMPT_TOO_LONG', []);
  });

  it.each([
    ['--seed', '-1'],
    ['--seed', '7.5'],
    ['--count', '17'],
    ['--steps', '0'],
    ['--guidance', 'much'],
    ['--tokens', 'S9'],
    ['--top-p', '2'],
  ])('%s %s', async (option, value) => {
    await refused(make(option, value), 'USAGE', [option, value]);
  });

  it('an unknown command, option and a missing argument', async () => {
    await refused(['paint', 'a cat'], 'USAGE', ['paint']);
    await refused(make('--colour', 'red'), 'USAGE', ['--colour']);
    await refused(['generate'], 'USAGE', ['PROMPT']);
  });
});

describe('places that cannot be written', () => {
  it('a folder that is a file', async () => {
    await writeFile(place.path('file'), '');
    await refused(make('--out', 'file/a.png'), 'OUTPUT_UNWRITABLE', ['file']);
  });

  it('a format nobody knows', async () => {
    await refused(make('--out', 'a.xyz'), 'UNSUPPORTED_FORMAT', ['a.xyz']);
  });
});

describe('models that cannot be used', () => {
  const withBundle = (bundle: string) => ['generate', 'a cat', '--model', bundle, '--out', 'a.png'];

  it('one that is not there', async () => {
    await refused(withBundle('nowhere/at/all'), 'BUNDLE_NOT_FOUND', ['nowhere']);
    await refused(withBundle('unknown-id'), 'MODEL_NOT_FOUND', ['unknown-id']);
  });

  it('missing weights', async () => {
    const bundle = await place.bundle();
    await rm(join(bundle, 'model.safetensors'));
    await refused(withBundle(bundle), 'BUNDLE_FILE_MISSING', ['model.safetensors']);
  });

  it('truncated weights', async () => {
    const bundle = await place.bundle();
    await truncate(join(bundle, 'model.safetensors'), 5000);
    await refused(withBundle(bundle), 'BUNDLE_FILE_TRUNCATED', ['model.safetensors']);
  });

  it('altered weights of the same size, even after they were once found right', async () => {
    const bundle = await place.bundle();
    const good = await place.run([...withBundle(bundle), '--steps', '1']);
    expect(good.code).toBe(0);
    const file = await open(join(bundle, 'model.safetensors'), 'r+');
    const { size } = await file.stat();
    const { buffer } = await file.read(Buffer.alloc(1), 0, 1, size - 3);
    await file.write(Buffer.of((buffer[0] ?? 0) ^ 1), 0, 1, size - 3);
    await file.close();
    await rm(place.path('a.png'));
    await refused(withBundle(bundle), 'BUNDLE_FILE_ALTERED', ['model.safetensors']);
  });

  it('an unknown version of the schema', async () => {
    const bundle = await place.bundle();
    const path = join(bundle, 'bundle.json');
    const text = await readFile(path, 'utf8');
    await writeFile(path, text.replace('"schemaVersion": 1', '"schemaVersion": 99'));
    await refused(withBundle(bundle), 'BUNDLE_VERSION_UNKNOWN', ['99']);
  });

  it('a config that disagrees with its weights', async () => {
    const bundle = await place.bundle();
    const path = join(bundle, 'config.json');
    const text = await readFile(path, 'utf8');
    const altered = text.replace(/"intermediate_size": (\d+)/, '"intermediate_size": 1234');
    expect(altered).not.toBe(text);
    await writeFile(path, altered);
    await place.run(['models', 'list']);
    const { writeManifest } = await import('../../../native-models/bundle/index.js');
    await writeManifest(bundle);
    await refused(withBundle(bundle), 'CONFIG_WEIGHTS_MISMATCH', ['mlp', '1234']);
  });
});

describe('Ctrl-C', () => {
  it('stops the work and leaves nothing behind', async () => {
    const args = [...make('--steps', '1000', '--count', '16', '--out', 'a.png')];
    let pressed = false;
    const result = await place.run(args, (stderr, kill) => {
      if (pressed || !stderr.includes('painting')) return;
      pressed = true;
      kill('SIGINT');
    });
    expect(result.code).toBe(130);
    expect(result.stderr).toContain('nothing was written');
    expect(await place.files()).toEqual([]);
  });
});
