import { afterAll, describe, expect, test } from 'vitest';
import sharp from 'sharp';
import { BlobStore } from '../../../../../main/services/blobs.js';
import { engineRequest, readPictures } from '../../../../../main/services/studio/request.js';
import { engineRequestSchema } from '../../../../../main/engine/request.js';
import type { EditRequest } from '../../../../../main/engine/request.js';
import { runSchema } from '../../../../../preload/contract.js';
import type { RunRequest } from '../../../../../preload/contract.js';

const blobs = new BlobStore();
afterAll(async () => {
  await blobs.close();
});

const setting = { bundle: '/models/starter', provider: 'cpu' };
const NOTHING = {
  model: null,
  seed: null,
  count: 1,
  steps: null,
  guidanceScale: null,
  imageGuidanceScale: null,
  tokens: null,
  width: null,
  height: null,
  image: null,
  mask: null,
  maskFeather: null,
  lockTokens: false,
  keep: null,
  strengths: null,
  references: [],
} as const;

const run = (fields: Partial<RunRequest>): RunRequest =>
  runSchema.parse({ kind: 'generate', prompt: 'a cat', ...NOTHING, ...fields });

/** Raw RGBA of one colour in the store. */
function picture(width: number, height: number, ...rgba: [number, number, number, number]) {
  const data = Uint8Array.from({ length: width * height * 4 }, (_, i) => rgba[i % 4] ?? 0);
  return { blob: blobs.put(data), width, height };
}

async function toEngine(request: RunRequest) {
  return engineRequest(request, await readPictures(request, blobs), setting);
}

/** Channels and first pixel of a picture on its way to the engine. */
async function seen(input: EditRequest['image'] | undefined) {
  const bytes = input !== undefined && 'data' in input ? input.data : new Uint8Array();
  const { data, info } = await sharp(bytes).raw().toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, pixel: [...data.subarray(0, info.channels)] };
}

describe('what the studio asks for', () => {
  test('leaves to the model what is not set', async () => {
    const request = await toEngine(run({}));
    expect(request).toEqual({
      kind: 'generate',
      prompt: 'a cat',
      bundle: '/models/starter',
      provider: 'cpu',
      count: 1,
      previews: true,
    });
    expect(engineRequestSchema.safeParse(request).success).toBe(true);
  });

  test('says what is set', async () => {
    const fields = { seed: 7, count: 4, steps: 12, guidanceScale: 0, tokens: 'S1' } as const;
    expect(await toEngine(run({ ...fields, width: 320, height: 256 }))).toMatchObject({
      ...fields,
      width: 320,
      height: 256,
    });
  });

  test('brings its pictures along, with alpha only where they are transparent', async () => {
    const strengths = { semantics: 0.1, appearance: 0.2, structure: 0.3 };
    const request = await toEngine(
      run({
        kind: 'edit',
        prompt: 'make it red',
        image: picture(3, 2, 10, 20, 30, 255),
        mask: picture(3, 2, 255, 255, 255, 255),
        maskFeather: 0,
        lockTokens: true,
        keep: 0.25,
        strengths,
        imageGuidanceScale: 1.5,
        references: [{ ...strengths, image: picture(5, 4, 1, 2, 3, 128) }],
      }),
    );
    const parsed = engineRequestSchema.parse(request) as EditRequest;
    expect(parsed).toMatchObject({
      instruction: 'make it red',
      maskFeather: 0,
      lockTokens: true,
      keep: 0.25,
      strengths,
      imageGuidanceScale: 1.5,
    });
    expect(await seen(parsed.image)).toEqual({ width: 3, height: 2, pixel: [10, 20, 30] });
    expect(await seen(parsed.mask)).toEqual({ width: 3, height: 2, pixel: [255, 255, 255] });
    expect(parsed.references[0]).toMatchObject(strengths);
    const other = await seen(parsed.references[0]?.image);
    expect(other).toEqual({ width: 5, height: 4, pixel: [1, 2, 3, 128] });
  });

  test('needs a picture where there is an instruction', async () => {
    const request = run({ kind: 'edit', prompt: 'make it red' });
    await expect(readPictures(request, blobs)).rejects.toMatchObject({ code: 'IMAGE_NEEDED' });
  });

  test('is refused where its pixels are not those of the picture, or gone', async () => {
    const image = { ...picture(3, 2, 0, 0, 0, 0), width: 4 };
    await expect(readPictures(run({ kind: 'edit', image }), blobs)).rejects.toMatchObject({
      code: 'BAD_PIXELS',
    });
    const gone = picture(3, 2, 0, 0, 0, 0);
    blobs.drop([gone.blob]);
    await expect(readPictures(run({ kind: 'edit', image: gone }), blobs)).rejects.toMatchObject({
      code: 'BLOB_NOT_FOUND',
    });
  });
});
