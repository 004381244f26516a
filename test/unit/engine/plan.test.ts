import { describe, expect, it } from 'vitest';

import { keepSettings, plan } from '../../../main/engine/plan.js';
import { engineRequestSchema } from '../../../main/engine/request.js';
import { MAX_SEED } from '../../../main/engine/rng.js';
import { bundleManifestSchema } from '../../../native-models/bundle/schema.js';

const entry = { size: 1, sha256: '0'.repeat(64) };
const paths = ['config.json', 'v.json', 't.json', 'a.json', 'tokenizer.json', 'w.safetensors'];
const manifestJson = {
  schemaVersion: 1,
  id: 'model',
  name: 'Model',
  version: '1',
  license: 'MIT',
  description: '',
  modelType: 'blip3o-next',
  resolution: 256,
  languages: ['en'],
  capabilities: { generate: true, edit: true, maxReferences: 1, tokenScales: ['S0', 'S1'] },
  defaults: {
    steps: 30,
    guidanceScale: 2,
    imageGuidanceScale: 1.5,
    temperature: 0.9,
    topP: 0.95,
    topK: 1200,
    tokens: 'S0',
    scheduler: 'euler',
  },
  configs: {
    ar: 'config.json',
    vision: 'v.json',
    transformer: 't.json',
    vae: 'a.json',
    tokenizer: 'tokenizer.json',
  },
  weights: ['w.safetensors'],
  files: Object.fromEntries(paths.map((path) => [path, entry])),
};
const manifest = bundleManifestSchema.parse(manifestJson);
const without = (capability: 'generate' | 'edit') =>
  bundleManifestSchema.parse({
    ...manifestJson,
    capabilities: { ...manifestJson.capabilities, [capability]: false },
  });

const data = Uint8Array.of(1);
const generate = (fields: object = {}) =>
  engineRequestSchema.parse({ kind: 'generate', bundle: '/b', prompt: ' a ', seed: 5, ...fields });
const edit = (fields: object = {}) =>
  engineRequestSchema.parse({
    kind: 'edit',
    bundle: '/b',
    instruction: 'b',
    seed: 5,
    image: { data },
    ...fields,
  });

describe('keepSettings', () => {
  it.each([
    [0, { semantics: 0, appearance: 0, structure: 0 }, 1.5],
    [0.125, { semantics: 0.5, appearance: 0.5, structure: 0.25 }, 1.5],
    [0.25, { semantics: 1, appearance: 1, structure: 0.5 }, 1.5],
    [0.5, { semantics: 1, appearance: 1, structure: 1 }, 1.5],
    [0.75, { semantics: 1, appearance: 1, structure: 1 }, 2.25],
    [1, { semantics: 1, appearance: 1, structure: 1 }, 3],
  ])('%d', (keep, strengths, imageGuidanceScale) => {
    expect(keepSettings(keep, 1.5)).toEqual({ strengths, imageGuidanceScale });
  });

  it('never keeps less where more is asked for', () => {
    const steps = Array.from({ length: 101 }, (_, i) => keepSettings(i / 100, 1.5));
    steps.slice(1).forEach(({ strengths, imageGuidanceScale }, i) => {
      const before = steps[i];
      expect(strengths.structure).toBeGreaterThanOrEqual(before?.strengths.structure ?? NaN);
      expect(strengths.semantics).toBeGreaterThanOrEqual(before?.strengths.semantics ?? NaN);
      expect(imageGuidanceScale).toBeGreaterThanOrEqual(before?.imageGuidanceScale ?? NaN);
    });
  });
});

describe('plan of a picture from text', () => {
  it('takes what is not said from the bundle', () => {
    expect(plan(generate(), manifest)).toEqual({
      kind: 'generate',
      text: 'a',
      template: manifest.promptTemplates.generate,
      seeds: [5],
      steps: 30,
      guidanceScale: 2,
      tokens: 'S0',
      sampling: { temperature: 0.9, topP: 0.95, topK: 1200 },
      scheduler: 'euler',
      provider: 'cpu',
      previews: false,
      width: 256,
      height: 256,
      notices: [],
    });
  });

  it('draws edits as likely as the bundle says for them', () => {
    const { defaults } = manifestJson;
    const edits = { ...defaults, editTemperature: 0.3 };
    const careful = bundleManifestSchema.parse({ ...manifestJson, defaults: edits });
    expect(plan(edit(), careful).sampling.temperature).toBe(0.3);
    expect(plan(edit({ temperature: 0.7 }), careful).sampling.temperature).toBe(0.7);
    expect(plan(generate(), careful).sampling.temperature).toBe(0.9);
    expect(plan(edit(), manifest).sampling.temperature).toBe(0.9);
  });

  it('takes what is said from the request', () => {
    const said = {
      count: 3,
      seed: MAX_SEED,
      steps: 4,
      guidanceScale: 7,
      tokens: 'S1',
      temperature: 0,
      topP: 0.5,
      topK: 9,
      scheduler: 'dpm-solver++',
      width: 320,
      height: 200,
      previews: true,
    };
    expect(plan(generate(said), manifest)).toMatchObject({
      seeds: [MAX_SEED, 0, 1],
      steps: 4,
      guidanceScale: 7,
      tokens: 'S1',
      sampling: { temperature: 0, topP: 0.5, topK: 9 },
      scheduler: 'dpm-solver++',
      width: 320,
      height: 200,
      previews: true,
      notices: ['Model was trained at 256 x 256 pixels.'],
    });
  });

  it.each([
    ['NOT_SUPPORTED', generate(), without('generate')],
    ['NOT_SUPPORTED', generate({ tokens: 'S2' }), manifest],
    ['NOT_SUPPORTED', edit(), without('edit')],
    ['MISSING_SEED', generate({ seed: undefined }), manifest],
    ['EMPTY_PROMPT', generate({ prompt: '\t' }), manifest],
    ['EMPTY_PROMPT', edit({ instruction: '' }), manifest],
    ['PROMPT_TOO_LONG', generate({ prompt: 'x'.repeat(50_000) }), manifest],
    ['MASK_NEEDED', edit({ lockTokens: true }), manifest],
  ])('is refused with %s', (code, request, with_) => {
    expect(() => plan(request, with_)).toThrow(expect.objectContaining({ code }));
  });
});

describe('plan of an edit', () => {
  it('is as trained where nothing is said', () => {
    expect(plan(edit(), manifest)).toMatchObject({
      references: [{ image: { data }, semantics: 1, appearance: 1, structure: 1 }],
      imageGuidanceScale: 1.5,
      lockTokens: false,
      onlyChanged: true,
      fit: 'native',
      notices: [],
    });
  });

  it('lets what is said of strengths and guidance go before keep', () => {
    const said = { keep: 0, strengths: { appearance: 0.3 }, imageGuidanceScale: 4 };
    expect(plan(edit(said), manifest)).toMatchObject({
      references: [{ semantics: 0, appearance: 0.3, structure: 0 }],
      imageGuidanceScale: 4,
    });
  });

  it('adds other references at full strength unless told otherwise, and says so', () => {
    const references = [{ image: { path: '/x' } }, { image: { path: '/y' }, structure: 0 }];
    expect(plan(edit({ keep: 0, references }), manifest)).toMatchObject({
      references: [
        { semantics: 0 },
        { image: { path: '/x' }, semantics: 1, appearance: 1, structure: 1 },
        { image: { path: '/y' }, semantics: 1, appearance: 1, structure: 0 },
      ],
      notices: ['Model was trained with 1 reference picture.'],
    });
  });
});
