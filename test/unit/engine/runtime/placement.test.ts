import { describe, expect, it } from 'vitest';

import { ENGLISH, placementNotices } from '../../../../main/engine/runtime/placement-words.js';
import { onProcessor, placeNetworks } from '../../../../main/engine/runtime/placement.js';
import type {
  NetworkPart,
  PlacementInput,
  ProbedProvider,
  ProviderLack,
} from '../../../../main/engine/runtime/placement.js';
import type { StoredBytes } from '../../../../native-models/graphs/index.js';

const GB = 1e9;
const works = (name: string, memory?: number): ProbedProvider => ({
  name,
  available: true,
  ...(memory !== undefined && { memory }),
});
const lacking = (name: string, ...lacks: ProviderLack[]): ProbedProvider => ({
  ...works(name),
  lacks,
});
const fails = (name: string, reason?: string): ProbedProvider => ({
  name,
  available: false,
  ...(reason !== undefined && { reason }),
});

const BF16: readonly [NetworkPart, StoredBytes][] = [
  ['vision', { BF16: 1 * GB }],
  ['ar', { BF16: 4 * GB }],
  ['connector', { BF16: 0.1 * GB }],
  ['denoiser', { BF16: 3 * GB }],
  ['vae_encoder', { BF16: 0.3 * GB }],
  ['vae_decoder', { BF16: 0.3 * GB }],
];
const all = (stored: StoredBytes): readonly [NetworkPart, StoredBytes][] =>
  BF16.map(([part]) => [part, stored]);

function place(
  parts: readonly [NetworkPart, StoredBytes][],
  input: Partial<Omit<PlacementInput, 'parts'>>,
): { readonly by: Record<string, string>; readonly reasons: (string | undefined)[] } & {
  readonly together: boolean;
} {
  const { networks, together } = placeNetworks({
    probed: [works('cpu')],
    provider: 'auto',
    overrides: {},
    memory: 64 * GB,
    parts: new Map(parts),
    ...input,
  });
  const by = networks.map((one) => [one.network, `${one.provider} ${one.precision}`] as const);
  const reasons = networks.map(({ reason }) => reason?.kind);
  return { by: Object.fromEntries(by), reasons, together };
}

const everywhere = (what: string): Record<string, string> =>
  Object.fromEntries(BF16.map(([part]) => [part, what]));

describe('placeNetworks', () => {
  it.each<[string, readonly ProbedProvider[], string]>([
    ['the processor alone', [works('cpu')], 'cpu float32'],
    ['nothing that works', [works('cpu'), fails('cuda'), fails('webgpu')], 'cpu float32'],
    ['CUDA first', [works('webgpu'), works('cuda')], 'cuda float32'],
    ['DirectML before WebGPU', [works('webgpu'), works('dml')], 'dml float32'],
    ['WebGPU', [works('cpu'), works('webgpu'), fails('cuda')], 'webgpu float32'],
    ['no driver in software', [works('cpu'), lacking('webgpu', 'speed')], 'cpu float32'],
    ['never Core ML unasked', [works('cpu'), works('coreml')], 'cpu float32'],
  ])('takes, of its own accord, %s', (_, probed, expected) => {
    const { by, reasons } = place(all({ F32: GB }), { probed });
    expect(by).toEqual(everywhere(expected));
    expect(reasons.every((kind) => kind === undefined)).toBe(true);
  });

  it('multiplies half-precision weights in float16 on a graphics processor, but for the autoencoder', () => {
    const { by } = place(BF16, { probed: [works('cuda', 40 * GB)] });
    expect(by).toEqual({
      ...everywhere('cuda float16'),
      vae_encoder: 'cuda float32',
      vae_decoder: 'cuda float32',
    });
  });

  it('computes in float32 on a graphics processor without float16, and says why', () => {
    const probed = [lacking('webgpu', 'float16')];
    const { by, reasons } = place(BF16, { probed, provider: 'webgpu' });
    expect(by).toEqual(everywhere('webgpu float32'));
    expect(reasons).toEqual([...Array<string>(4).fill('noFloat16'), undefined, undefined]);
    const exact = place(all({ F32: GB }), { probed, provider: 'webgpu' });
    expect(exact.reasons).toEqual(Array(6).fill(undefined));
  });

  it('leaves to the processor what is too large where it cannot be halved', () => {
    const probed = [{ ...lacking('webgpu', 'float16'), memory: 6 * GB }];
    const { by, reasons } = place([['ar', { F32: 8 * GB }]], { probed, provider: 'webgpu' });
    expect([by, reasons]).toEqual([{ ar: 'cpu float32' }, ['tooLarge']]);
  });

  it('takes a slow provider where it is asked for by name, and reads prompts in pieces where its attention is wrong', () => {
    const { networks } = placeNetworks({
      probed: [lacking('webgpu', 'attention', 'speed')],
      provider: 'webgpu',
      overrides: {},
      parts: new Map(all({ F32: GB })),
      memory: GB,
    });
    expect(networks.map(({ provider }) => provider)).toEqual(Array(6).fill('webgpu'));
    const short = networks.filter(({ shortRuns }) => shortRuns === true);
    expect(short.map(({ network }) => network)).toEqual(['ar']);
  });

  it('casts BF16 to float32 on the processor, which takes twice the bytes', () => {
    const { networks } = placeNetworks({
      ...{ probed: [], provider: 'cpu', overrides: {}, memory: GB, parts: new Map(BF16) },
    });
    expect(networks.map(({ precision }) => precision)).toEqual(Array(6).fill('float32'));
    expect(networks.find(({ network }) => network === 'ar')).toMatchObject({
      weights: 'BF16',
      bytes: 8 * GB,
    });
  });

  it('goes by what the person says of one network', () => {
    const probed = [works('cuda'), works('coreml')];
    const overrides = { ar: 'cpu', vision: 'coreml', denoiser: 'auto' };
    const { by } = place(all({ F32: GB }), { probed, provider: 'cpu', overrides });
    expect(by).toEqual({
      ...everywhere('cpu float32'),
      vision: 'coreml float32',
      denoiser: 'cuda float32',
    });
  });

  it('computes on the processor where a provider that was asked for does not work', () => {
    const probed = [works('cpu'), fails('cuda', 'no driver')];
    const { by, reasons } = place(all({ F32: GB }), { probed, provider: 'cuda' });
    expect(by).toEqual(everywhere('cpu float32'));
    expect(reasons).toEqual(Array(6).fill('unavailable'));
  });

  it('halves what is too large in float32, and leaves to the processor what still is', () => {
    const parts: readonly [NetworkPart, StoredBytes][] = [
      ['vision', { F32: 4 * GB }],
      ['ar', { F32: 8 * GB }],
      ['denoiser', { F32: 16 * GB }],
      ['vae_decoder', { F32: 8 * GB }],
    ];
    const { by, reasons } = place(parts, { probed: [works('cuda', 6 * GB)] });
    expect(by).toEqual({
      vision: 'cuda float32',
      ar: 'cuda float16',
      denoiser: 'cpu float32',
      vae_decoder: 'cpu float32',
    });
    expect(reasons).toEqual([undefined, 'halved', 'tooLarge', 'tooLarge']);
  });

  it('leaves quantised weights to a provider that reads them', () => {
    const parts = all({ U8: 3 * GB, F32: GB });
    expect(place(parts, { probed: [works('cuda')] }).by).toEqual(everywhere('cuda float32'));
    const asked = place(parts, { probed: [works('coreml')], provider: 'coreml' });
    expect(asked.by).toEqual(everywhere('cpu float32'));
    expect(asked.reasons).toEqual(Array(6).fill('noCodes'));
  });

  it.each<[string, Partial<PlacementInput>, boolean]>([
    ['all in the memory of the processor', { memory: 18 * GB }, true],
    ['too little of it', { memory: 17 * GB }, false],
    ['a graphics processor with room', { memory: 1, probed: [works('cuda', 16 * GB)] }, true],
    ['a small one', { memory: 64 * GB, probed: [works('cuda', 8 * GB)] }, false],
    ['one whose memory is not known', { memory: 9 * GB, probed: [works('webgpu')] }, false],
    ['the same with room', { memory: 10 * GB, probed: [works('webgpu')] }, true],
  ])('decides whether networks stay loaded: %s', (_, input, expected) => {
    expect(place(BF16, input).together).toBe(expected);
  });
});

describe('placementNotices', () => {
  it('says once why several networks are elsewhere, and nothing of the others', () => {
    const { networks } = placeNetworks({
      probed: [fails('cuda', 'no driver')],
      provider: 'cpu',
      overrides: { ar: 'cuda', denoiser: 'cuda' },
      parts: new Map(BF16),
      memory: GB,
    });
    expect(placementNotices(networks)).toEqual([
      'Computed on the processor, since cuda cannot be used here (no driver): ' +
        'autoregressive model, denoiser.',
    ]);
  });

  it('says what a provider said that could not load a network', () => {
    const { networks } = placeNetworks({
      probed: [works('cuda')],
      provider: 'cuda',
      overrides: {},
      parts: new Map(BF16),
      memory: GB,
    });
    const moved = networks.map((one) =>
      onProcessor(one, { kind: 'failed', provider: 'cuda', detail: 'out of memory' }),
    );
    expect(moved[1]).toMatchObject({ provider: 'cpu', precision: 'float32', bytes: 8 * GB });
    expect(placementNotices(moved, ENGLISH)[0]).toMatch(/cuda could not load it \(out of memory\)/);
  });
});
