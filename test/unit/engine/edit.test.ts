import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { EngineEvent } from '../../../main/engine/events.js';
import { decodeImage, readRecipe } from '../../../main/engine/images/index.js';
import { Pipeline } from '../../../main/engine/pipeline.js';
import { engineRequestSchema } from '../../../main/engine/request.js';
import type { EngineRequestInput } from '../../../main/engine/request.js';
import { pngInput, rectangleMask, scene } from '../../support/pictures.js';
import { writeTinyBundle } from '../../support/tiny-bundle.js';

type EditInput = Extract<EngineRequestInput, { kind: 'edit' }>;

let root: string;
let bundle: string;
let photo: { readonly data: Uint8Array };
let wide: { readonly data: Uint8Array };
let mask: { readonly data: Uint8Array };
const pipeline = new Pipeline({ threads: 1 });

const WIDTH = 150;
const HEIGHT = 100;
const HOLE = { x: 50, y: 30, width: 30, height: 30 };
const FEATHER = 6;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'nativa-edit-'));
  bundle = await writeTinyBundle(join(root, 'tiny'));
  photo = await pngInput(scene(48, 48));
  wide = await pngInput(scene(WIDTH, HEIGHT));
  mask = await pngInput(rectangleMask(WIDTH, HEIGHT, HOLE));
});

afterAll(async () => {
  await pipeline.dispose();
  await rm(root, { recursive: true, force: true });
});

function run(
  fields: Partial<EditInput> = {},
  onEvent: (event: EngineEvent) => void = () => undefined,
  signal: AbortSignal = new AbortController().signal,
) {
  const request = { kind: 'edit', bundle, instruction: 'make it red', seed: 3, image: photo };
  return pipeline.run(engineRequestSchema.parse({ ...request, ...fields }), { signal, onEvent });
}

async function only(result: Awaited<ReturnType<typeof run>>) {
  const [image] = result.images;
  if (image === undefined || result.images.length !== 1) throw new Error('not one picture');
  const pixels = await decodeImage({ data: image.png });
  return { ...image, pixels };
}

describe('an edit without a mask', () => {
  it('has the size of the picture, whatever its aspect', async () => {
    for (const [width, height] of [
      [WIDTH, HEIGHT],
      [37, 91],
      [48, 48],
      [300, 20],
    ] as const) {
      const image = await only(await run({ image: await pngInput(scene(width, height)) }));
      expect([image.width, image.height]).toEqual([width, height]);
      expect([image.pixels.width, image.pixels.height]).toEqual([width, height]);
      expect(image.drift?.region).toBe('changes');
    }
  });

  it('keeps the picture where it changed nothing, unless all of the edit is wanted', async () => {
    const kept = await only(await run({ image: wide }));
    const all = await only(await run({ image: wide, onlyChanged: false }));
    expect(kept.png).not.toEqual(all.png);
    if (kept.drift?.outside) expect(kept.drift.outside.identical).toBe(true);
    expect(all.drift?.inside ?? all.drift?.outside).toMatchObject({ identical: false });
  });

  it('is the same again, other for another seed, and in a batch as alone', async () => {
    const first = await run({ onlyChanged: false, count: 2 });
    const again = await run({ onlyChanged: false });
    const second = await run({ onlyChanged: false, seed: 4 });
    expect(again.images[0]?.png).toEqual(first.images[0]?.png);
    expect(second.images[0]?.png).toEqual(first.images[1]?.png);
    expect(second.images[0]?.png).not.toEqual(first.images[0]?.png);
  });

  it('answers to keep, strengths, image guidance, fit and every other setting', async () => {
    const base = { image: wide, onlyChanged: false } as const;
    const variants: Partial<EditInput>[] = [
      {},
      { keep: 0 },
      { keep: 0.25 },
      { keep: 1 },
      { strengths: { semantics: 0 } },
      { strengths: { semantics: 0.5 } },
      { strengths: { appearance: 0.5 } },
      { strengths: { structure: 0 } },
      { imageGuidanceScale: 1.5 },
      { guidanceScale: 1 },
      { tokens: 'S1' },
      { scheduler: 'dpm-solver++' },
      { fit: 'pad' },
      { fit: 'stretch' },
      { references: [{ image: photo }] },
      { references: [{ image: photo, semantics: 0.3, appearance: 0 }] },
      { instruction: 'make it blue' },
    ];
    const seen = new Map<string, number>();
    for (const [index, variant] of variants.entries()) {
      const { pixels } = await only(await run({ ...base, ...variant }));
      const key = Buffer.from(pixels.data).toString('base64');
      expect(seen.get(key), `${JSON.stringify(variant)} changes nothing`).toBeUndefined();
      seen.set(key, index);
    }
  });

  it('is as trained in the middle of keep', async () => {
    const middle = await run({ keep: 0.5, onlyChanged: false });
    const plain = await run({ onlyChanged: false });
    expect((await only(middle)).pixels.data).toEqual((await only(plain)).pixels.data);
  });

  it('says when more references are given than the model was trained for', async () => {
    const result = await run({ references: [{ image: photo }] });
    expect(result.notices).toContain('Tiny was trained with 1 reference picture.');
    expect((await run()).notices).not.toContain('Tiny was trained with 1 reference picture.');
  });

  it('names its inputs by their hashes in the recipe', async () => {
    const { png, pixels } = await only(
      await run({ image: wide, mask, references: [{ image: photo, semantics: 0.5 }] }),
    );
    const recipe = readRecipe(png);
    expect(pixels.width).toBe(WIDTH);
    expect(recipe).toMatchObject({
      kind: 'edit',
      prompt: 'make it red',
      seed: 3,
      settings: { fit: 'native', references: [{ semantics: 1 }, { semantics: 0.5 }] },
    });
    const source = await decodeImage(wide);
    const inputs = recipe?.['inputs'];
    expect(inputs).toMatchObject([
      { role: 'image', sha256: source.sourceHash },
      { role: 'mask' },
      { role: 'reference' },
    ]);
  });
});

describe('an edit with a mask', () => {
  it('changes no byte outside the feathered mask, and something inside', async () => {
    const { pixels, drift } = await only(await run({ image: wide, mask, maskFeather: FEATHER }));
    const source = await decodeImage(wide);
    let outside = 0;
    let changed = 0;
    for (let y = 0; y < HEIGHT; y++) {
      for (let x = 0; x < WIDTH; x++) {
        const dx = Math.max(HOLE.x - x, x - (HOLE.x + HOLE.width - 1), 0);
        const dy = Math.max(HOLE.y - y, y - (HOLE.y + HOLE.height - 1), 0);
        const at = (y * WIDTH + x) * 3;
        const same = [0, 1, 2].every((c) => pixels.data[at + c] === source.data[at + c]);
        if (Math.hypot(dx, dy) > FEATHER) {
          outside++;
          expect(same, `pixel ${x}, ${y}`).toBe(true);
        } else if (!same) changed++;
      }
    }
    expect(outside).toBeGreaterThan(WIDTH * HEIGHT * 0.7);
    expect(changed).toBeGreaterThan(HOLE.width * HOLE.height * 0.5);
    expect(drift).toMatchObject({
      region: 'mask',
      outside: { identical: true, maxAbs: 0, psnr: null },
      inside: { identical: false },
    });
  });

  it('locks tokens outside of it: another picture than without, same outside', async () => {
    const free = await only(await run({ image: wide, mask }));
    const locked = await only(await run({ image: wide, mask, lockTokens: true }));
    const coarse = await only(await run({ image: wide, mask, lockTokens: true, tokens: 'S1' }));
    expect(locked.png).not.toEqual(free.png);
    expect(coarse.png).not.toEqual(locked.png);
    expect(locked.drift?.outside?.identical).toBe(true);
    await expect(run({ lockTokens: true })).rejects.toMatchObject({ code: 'MASK_NEEDED' });
  });

  it('must be of the size of the picture, and not empty', async () => {
    const small = await pngInput(rectangleMask(20, 20, HOLE));
    await expect(run({ image: wide, mask: small })).rejects.toMatchObject({
      code: 'MASK_SIZE_MISMATCH',
    });
    const black = await pngInput(rectangleMask(WIDTH, HEIGHT, { x: 0, y: 0, width: 0, height: 0 }));
    await expect(run({ image: wide, mask: black })).rejects.toMatchObject({ code: 'MASK_EMPTY' });
  });
});

describe('edits one after the other', () => {
  it('are to the last bit what they are by themselves', async () => {
    const asked = [
      { image: wide, mask },
      { image: wide, mask },
      { image: wide, mask, seed: 4 },
      { image: wide, mask, instruction: 'make it blue', keep: 0.3 },
      { image: photo, count: 3 },
      { image: wide, references: [{ image: photo, semantics: 0.5 }] },
      { image: wide, mask },
    ];
    const forgetting = new Pipeline({ threads: 1, remember: false });
    const keeping = new Pipeline({ threads: 1 });
    const { signal } = new AbortController();
    try {
      for (const fields of asked) {
        const request = engineRequestSchema.parse({
          ...{ kind: 'edit', bundle, instruction: 'make it red', seed: 3 },
          ...fields,
        });
        const [kept, anew] = [
          await keeping.run(request, { signal }),
          await forgetting.run(request, { signal }),
        ];
        expect(kept.images).toEqual(anew.images);
      }
    } finally {
      await keeping.dispose();
      await forgetting.dispose();
    }
  });
});

describe('an edit on its way', () => {
  it('reports every stage to its end', async () => {
    const last = new Map<string, string>();
    const order: string[] = [];
    const previews: EngineEvent[] = [];
    const { timings } = await run({ image: wide, mask, previews: true, steps: 12 }, (event) => {
      if (event.type === 'preview') previews.push(event);
      else {
        if (!last.has(event.stage)) order.push(event.stage);
        last.set(event.stage, `${event.step}/${event.total}`);
      }
    });
    const stages = ['load', 'read', 'encode', 'tokens', 'denoise', 'decode', 'compose'];
    expect(order).toEqual(stages);
    expect(Object.fromEntries(last)).toMatchObject({
      read: '2/2',
      encode: '2/2',
      tokens: '16/16',
      denoise: '12/12',
      decode: '1/1',
      compose: '1/1',
    });
    expect(previews.length).toBeGreaterThan(0);
    const { total, ...parts } = timings;
    const sum = Object.values(parts).reduce((a, b) => a + b, 0);
    expect(sum).toBeLessThanOrEqual(total);
    expect(sum).toBeGreaterThan(total * 0.8);
  });

  it.each(['load', 'read', 'encode', 'tokens', 'denoise', 'decode', 'compose'])(
    'stops when cancelled during %s',
    async (stage) => {
      const controller = new AbortController();
      const fields = { image: wide, mask, count: 2 };
      const running = run(
        fields,
        (event) => {
          if (event.type === 'progress' && event.stage === stage) controller.abort();
        },
        controller.signal,
      );
      await expect(running).rejects.toMatchObject({ code: 'CANCELLED' });
    },
  );

  it('refuses what is no picture', async () => {
    const data = Buffer.from('hello, I am a text');
    await expect(run({ image: { data } })).rejects.toMatchObject({ code: 'NOT_AN_IMAGE' });
    await expect(run({ image: { path: join(root, 'no.png') } })).rejects.toMatchObject({
      code: 'FILE_NOT_FOUND',
    });
  });
});

describe('models of other kinds', () => {
  it('are refused when the transformer has other channels than the layout asks for', async () => {
    const ar = { use_und_image_vae_as_noise: false, use_und_image_vae: true };
    const folder = await writeTinyBundle(join(root, 'channels'), { ar });
    await expect(run({ bundle: folder })).rejects.toMatchObject({
      code: 'BUNDLE_INVALID',
      message: expect.stringContaining('in_channels 8') as string,
    });
  });

  it.each([{ image_start_token_id: 263 }, { scale_start_token_id: 265 }])(
    'are refused when config and tokenizer disagree: %j',
    async (ar) => {
      const [field = ''] = Object.keys(ar);
      const folder = await writeTinyBundle(join(root, `vocabulary-${field}`), { ar });
      await expect(run({ bundle: folder })).rejects.toMatchObject({
        code: 'BUNDLE_INVALID',
        message: expect.stringMatching(`${field} .* tokenizer.json`) as string,
      });
    },
  );

  it.each([
    { und_image_vae_as_noise_layout: 'width' },
    { use_und_image_vae_as_noise: false, und_image_vae_as_noise_layout: 'width' },
    { only_use_und_image_vae_as_noise: true },
    {
      use_und_image_vae: false,
      use_und_image_vae_as_noise: false,
      und_image_vae_as_noise_layout: 'width',
    },
    { use_tar_siglip_features: true },
  ])('edits with %j', async (ar) => {
    const folder = await writeTinyBundle(join(root, JSON.stringify(ar).replace(/\W/g, '')), { ar });
    const base = { bundle: folder, image: wide, onlyChanged: false, imageGuidanceScale: 1.3 };
    const plain = await only(await run(base));
    const two = await only(await run({ ...base, references: [{ image: photo }] }));
    expect([plain.width, plain.height]).toEqual([WIDTH, HEIGHT]);
    expect(two.png).not.toEqual(plain.png);
    const masked = await only(await run({ ...base, mask, lockTokens: true }));
    expect(masked.drift?.outside?.identical).toBe(true);
  });
});
