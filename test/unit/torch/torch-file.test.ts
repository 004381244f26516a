import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { readTorchFile } from '../../../native-models/torch/index.js';
import { Pickle, archive, torchFile, zip } from '../../support/torch-file.js';
import type { ZipContent, ZipLies } from '../../support/torch-file.js';

/** A file that PyTorch itself wrote. */
const REAL = join(
  import.meta.dirname,
  '../../golden/data/official/BLIP3o-NEXT-edit-VAE/TA-Tok/ta_tok.pth',
);
const TENSOR = { shape: [2, 3], values: [1, 2, 3, 4, 5, 6] };

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nativa-torch-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function write(bytes: Uint8Array): Promise<string> {
  const path = join(folder, 'ta_tok.pth');
  await writeFile(path, bytes);
  return path;
}

async function refusal(bytes: Uint8Array): Promise<{ code: string; message: string }> {
  const path = await write(bytes);
  try {
    await readTorchFile(path);
  } catch (error) {
    return error as { code: string; message: string };
  }
  throw new Error('was accepted');
}

describe('a file that PyTorch wrote', () => {
  it('gives the tensors of a wrapped state dict, and what the class was made with', async () => {
    const { tensors, args } = await readTorchFile(REAL);
    expect(tensors.get('encoder.embeddings.patch_embedding.weight')).toMatchObject({
      dtype: 'F16',
      shape: [32, 3, 4, 4],
      contiguous: true,
    });
    expect(tensors.get('encode_task_layer.0.weight')).toMatchObject({
      stride: [1, 32],
      contiguous: false,
    });
    expect(args?.entries.get('input_size')).toBe(32);
  });
});

describe('a state dict', () => {
  it('says where each tensor lies', async () => {
    const bytes = torchFile({ first: { shape: [1], values: [9] }, second: TENSOR });
    const path = await write(bytes);
    const second = (await readTorchFile(path)).tensors.get('second');
    expect(second).toMatchObject({ dtype: 'F32', shape: [2, 3], length: 24, contiguous: true });
    const start = second?.offset ?? 0;
    const data = (await readFile(path)).subarray(start, start + 24);
    expect([...new Float32Array(Uint8Array.from(data).buffer)]).toEqual(TENSOR.values);
  });

  it.each(['model', 'state_dict', 'sd'])('is found under %s', async (key) => {
    const pickle = new Pickle().dict((outer) =>
      outer.text(key).dict((inner) => inner.text('weight').tensor('0', TENSOR)),
    );
    const path = await write(zip(archive(pickle.done(), { weight: TENSOR })));
    expect([...(await readTorchFile(path)).tensors.keys()]).toEqual(['weight']);
  });
});

describe('tables whose keys are attributes too', () => {
  it('are read as tables, whatever their attributes say', async () => {
    const table = (pickle: Pickle, fill: (into: Pickle) => void): void => {
      pickle.name('easydict', 'EasyDict').raw(0x29, 0x81, 0x28);
      fill(pickle);
      pickle.raw(0x75).dict((state) => state.text('attribute').int(1));
      pickle.raw(0x62);
    };
    const pickle = new Pickle().dict((outer) => {
      outer.text('args');
      table(outer, (args) => {
        args.text('input_size').int(384).text('bottleneck');
        table(args, (inner) => inner.text('name').text('vq'));
      });
      outer.text('sd').dict((inner) => inner.text('weight').tensor('0', TENSOR));
    });
    const path = await write(zip(archive(pickle.done(), { weight: TENSOR })));
    const { tensors, args } = await readTorchFile(path);
    expect([...tensors.keys()]).toEqual(['weight']);
    expect([...(args?.entries.keys() ?? [])]).toEqual(['input_size', 'bottleneck']);
    expect(args?.entries.get('bottleneck')).toMatchObject({
      kind: 'dict',
      entries: new Map([['name', 'vq']]),
    });
  });
});

describe('what asks for more than tensors', () => {
  it.each([
    ['os', 'system'],
    ['builtins', 'eval'],
    ['torch', 'load'],
    ['torch._utils', '_rebuild_parameter'],
    ['argparse', 'Namespace'],
  ])('is refused by its name: %s.%s', async (module, name) => {
    const pickle = new Pickle()
      .name(module, name)
      .tuple((into) => into.text('touch /tmp/x'))
      .raw(0x52);
    const { code, message } = await refusal(zip(archive(pickle.done())));
    expect(code).toBe('UNSAFE_WEIGHTS');
    expect(message).toContain(`"${module}.${name}"`);
  });

  it.each([
    ['STACK_GLOBAL', 0x93],
    ['INST', 0x69],
    ['OBJ', 0x6f],
    ['EXT1', 0x82],
    ['0xff', 0xff],
  ])('is refused by its opcode: %s', async (name, opcode) => {
    const pickle = new Pickle().name('collections', 'OrderedDict').raw(0x29, opcode);
    const { code, message } = await refusal(zip(archive(pickle.done())));
    expect(code).toBe('UNSAFE_WEIGHTS');
    expect(message).toContain(`opcode ${name};`);
  });

  it.each([
    ['another class', new Pickle().name('collections', 'OrderedDict').raw(0x29, 0x81)],
    [
      'values',
      new Pickle()
        .name('easydict', 'EasyDict')
        .tuple((into) => into.text('a'))
        .raw(0x81),
    ],
    ['nothing', new Pickle().raw(0x81)],
  ])('is refused where an object is made of %s', async (_, pickle) => {
    const { code, message } = await refusal(zip(archive(pickle.done())));
    expect(['UNSAFE_WEIGHTS', 'BAD_WEIGHTS']).toContain(code);
    expect(message).toContain('pickle');
  });

  it('is refused where an allowed name is called with something else', async () => {
    const called = new Pickle()
      .name('collections', 'OrderedDict')
      .tuple((into) => into.text('a'))
      .raw(0x52);
    expect((await refusal(zip(archive(called.done())))).code).toBe('UNSAFE_WEIGHTS');
    const storage = new Pickle().name('torch', 'FloatStorage').raw(0x29, 0x52);
    expect((await refusal(zip(archive(storage.done())))).code).toBe('UNSAFE_WEIGHTS');
    const state = new Pickle().text('a').raw(0x7d, 0x62);
    expect((await refusal(zip(archive(state.done())))).code).toBe('UNSAFE_WEIGHTS');
  });

  it('is refused where it is of a later protocol', async () => {
    expect((await refusal(zip(archive(Uint8Array.from([0x80, 4, 0x2e]))))).code).toBe(
      'UNSAFE_WEIGHTS',
    );
  });
});

describe('a damaged file', () => {
  it('is refused wherever it is cut', async () => {
    const whole = torchFile({ weight: TENSOR });
    for (let length = 0; length < whole.length; length += 1) {
      expect((await refusal(whole.subarray(0, length))).code).toBe('BAD_WEIGHTS');
    }
  });

  it('is refused where its pickle is cut', async () => {
    const whole = new Pickle().dict((into) => into.text('weight').tensor('0', TENSOR)).done();
    for (let length = 0; length < whole.length; length += 5) {
      const cut = zip(archive(whole.subarray(0, length), { weight: TENSOR }));
      expect((await refusal(cut)).code).toBe('BAD_WEIGHTS');
    }
  });

  const pickle = new Pickle().dict((into) => into.text('weight').tensor('0', TENSOR)).done();
  const good = archive(pickle, { weight: TENSOR });
  const data = 'archive/data/0';
  it.each<[string, ZipContent, Readonly<Record<string, ZipLies>>, RegExp]>([
    ['says it unpacks to a terabyte', good, { [data]: { method: 8, size: 2 ** 31 } }, /compressed/],
    ['says an entry is longer than it is', good, { [data]: { size: 2 ** 31 } }, /says to be/],
    ['has two entries in one place', good, { [data]: { offset: 0 } }, /overlaps/],
    ['lacks the data of a tensor', archive(pickle), {}, /missing/],
    ['has less data than a tensor', { ...good, [data]: new Uint8Array(8) }, {}, /not as long/],
    ['is big-endian', { ...good, 'archive/byteorder': Buffer.from('big') }, {}, /byte order/],
    ['has no pickle', { 'archive/version': Buffer.from('3') }, {}, /no saved tensors/],
  ])('is refused where it %s', async (_, content, lies, reason) => {
    const { code, message } = await refusal(zip(content, lies));
    expect(code).toBe('BAD_WEIGHTS');
    expect(message).toMatch(reason);
  });

  it.each([
    ['repeats one element a billion times', { shape: [2 ** 30], values: [1], stride: [0] }],
    ['reaches past its data', { shape: [4, 3], values: [1, 2, 3, 4, 5, 6] }],
    ['steps past its data', { shape: [2, 3], values: [1, 2, 3, 4, 5, 6], stride: [300, 1] }],
  ])('is refused where a tensor %s', async (_, tensor) => {
    expect((await refusal(torchFile({ weight: tensor }))).message).toMatch(/past its data/);
  });
});

describe('a pickle that keeps its reader busy', () => {
  it.each([
    ['tables in tables without an end', new Uint8Array(2 ** 20).fill(0x28)],
    ['more than any table of tensors takes', new Uint8Array(9 * 2 ** 20).fill(0x4e)],
  ])('is refused soon: %s', async (_what, opcodes) => {
    const began = performance.now();
    const { code } = await refusal(zip(archive(Buffer.concat([Buffer.from([0x80, 2]), opcodes]))));
    expect(code).toBe('BAD_WEIGHTS');
    expect(performance.now() - began).toBeLessThan(5000);
  });
});
