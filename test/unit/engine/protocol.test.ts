import { serialize, deserialize } from 'node:v8';

import { describe, expect, it } from 'vitest';

import {
  clientMessageSchema,
  fromWireError,
  hostMessageSchema,
  toWireError,
} from '../../../main/engine/protocol.js';
import { engineRequestSchema } from '../../../main/engine/request.js';
import { NativaError } from '../../../native-models/errors.js';

const generate = { kind: 'generate', bundle: '/b', prompt: 'a', seed: 1 };
const edit = { kind: 'edit', bundle: '/b', instruction: 'a', image: { path: '/a.png' } };
const run = (request: object) => ({ type: 'run', id: 1, request });
const data = Uint8Array.of(1, 2, 3);
const picture = { png: data, width: 1, height: 1, seed: 0 };
const timings = {
  load: 0,
  read: 0,
  encode: 0,
  tokens: 0,
  denoise: 0,
  decode: 0,
  compose: 0,
  total: 0,
};
const result = {
  images: [picture],
  timings,
  model: { id: 'm', hash: 'h' },
  provider: 'cpu',
  notices: [],
  memory: { resident: 1, peak: 2 },
};

describe('messages of the owner', () => {
  it.each([
    run(generate),
    run({ ...edit, image: { data }, mask: { data }, references: [{ image: { data } }] }),
    { type: 'configure', threads: 2, cacheDir: '/c' },
    { type: 'cancel', id: 3 },
    { type: 'ping', nonce: 0 },
    { type: 'unload' },
    { type: 'shutdown' },
  ])('cross as they are: %#', (message) => {
    const crossed: unknown = deserialize(serialize(clientMessageSchema.parse(message)));
    expect(clientMessageSchema.parse(crossed)).toMatchObject(message);
  });

  it.each([
    null,
    'run',
    {},
    { type: 'eval', code: '1' },
    { type: 'run', id: 0, request: generate },
    { type: 'run', id: 1.5, request: generate },
    { type: 'run', request: generate },
    { type: 'run', id: 1 },
    { ...run(generate), extra: true },
    { type: 'cancel' },
    { type: 'configure', threads: 0 },
    { type: 'ping', nonce: 'x' },
  ])('are refused when malformed: %j', (message) => {
    expect(clientMessageSchema.safeParse(message).success).toBe(false);
  });
});

describe('requests', () => {
  it('get their defaults', () => {
    expect(engineRequestSchema.parse(generate)).toMatchObject({
      count: 1,
      provider: 'cpu',
      previews: false,
    });
    expect(engineRequestSchema.parse(edit)).toMatchObject({
      references: [],
      lockTokens: false,
      onlyChanged: true,
      fit: 'native',
    });
  });

  it.each([
    { ...generate, kind: 'draw' },
    { ...generate, seed: -1 },
    { ...generate, seed: 1.5 },
    { ...generate, seed: 2 ** 53 },
    { ...generate, count: 0 },
    { ...generate, count: 17 },
    { ...generate, steps: 0 },
    { ...generate, steps: 1001 },
    { ...generate, guidanceScale: NaN },
    { ...generate, guidanceScale: -1 },
    { ...generate, temperature: Infinity },
    { ...generate, topP: 0 },
    { ...generate, topP: 1.1 },
    { ...generate, topK: -1 },
    { ...generate, tokens: 'S3' },
    { ...generate, scheduler: 'ddim' },
    { ...generate, width: 8 },
    { ...generate, height: 8193 },
    { ...generate, bundle: '' },
    { ...generate, prompt: undefined },
    { ...generate, image: { path: '/a' } },
    { ...edit, image: undefined },
    { ...edit, image: { data: 'bytes' } },
    { ...edit, image: { path: '/a', data } },
    { ...edit, keep: 1.1 },
    { ...edit, strengths: { semantics: 2 } },
    { ...edit, strengths: { colour: 1 } },
    { ...edit, maskFeather: -1 },
    { ...edit, references: [{}] },
    { ...edit, references: Array.from({ length: 9 }, () => ({ image: { data } })) },
    { ...edit, fit: 'crop' },
  ])('are refused when they cannot be meant: %#', (request) => {
    expect(engineRequestSchema.safeParse(request).success).toBe(false);
  });
});

describe('messages of the engine', () => {
  const region = { pixels: 1, identical: true, maxAbs: 0, psnr: null, ssim: 1 };
  it.each([
    { type: 'ready' },
    { type: 'pong', nonce: 4 },
    {
      type: 'event',
      id: 1,
      event: { type: 'progress', stage: 'tokens', step: 1, total: 2 },
    },
    { type: 'event', id: 1, event: { type: 'preview', index: 0, width: 1, height: 1, data } },
    { type: 'result', id: 1, result },
    {
      type: 'result',
      id: 1,
      result: {
        ...result,
        images: [{ ...picture, drift: { region: 'mask', outside: region, inside: null } }],
      },
    },
    { type: 'error', id: 1, error: { code: 'X', message: 'y' } },
  ])('cross as they are: %#', (message) => {
    const crossed: unknown = deserialize(serialize(hostMessageSchema.parse(message)));
    expect(hostMessageSchema.parse(crossed)).toEqual(message);
  });

  it.each([
    { type: 'result', id: 1, result: { ...result, images: [] } },
    { type: 'result', id: 1, result: { ...result, images: [{ ...picture, png: 'base64' }] } },
    { type: 'result', id: 1, result: { ...result, timings: { ...timings, load: -1 } } },
    { type: 'event', id: 1, event: { type: 'progress', stage: 'sleep', step: 0, total: 1 } },
    { type: 'event', id: 1, event: { type: 'preview', index: 0, width: 1, height: 1, data: [1] } },
    { type: 'error', id: 1, error: 'no' },
  ])('are refused when malformed: %#', (message) => {
    expect(hostMessageSchema.safeParse(message).success).toBe(false);
  });
});

describe('errors', () => {
  it('keep code and sentence', () => {
    const crossed = fromWireError(toWireError(new NativaError('SOME_CODE', 'What to do.')));
    expect(crossed).toBeInstanceOf(NativaError);
    expect(crossed).toMatchObject({ code: 'SOME_CODE', message: 'What to do.' });
  });

  it('that are not meant for people say so', () => {
    const { code, message } = toWireError(new TypeError('x is not a function'));
    expect(code).toBe('INTERNAL_ERROR');
    expect(message).toContain('x is not a function');
  });
});
