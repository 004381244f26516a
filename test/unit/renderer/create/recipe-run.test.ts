import { describe, expect, test } from 'vitest';
import { runSchema } from '../../../../preload/contract.js';
import { originOf, withOrigin } from '../../../../renderer/create/origin.js';
import {
  changeOf,
  changedRecipe,
  requestOf,
  strengthsOf,
} from '../../../../renderer/create/recipe-run.js';
import type { Recipe } from '../../../../renderer/document/types.js';

const generated: Recipe = {
  kind: 'generate',
  prompt: 'a red house',
  seed: 7,
  model: { id: 'starter', hash: 'abc' },
  settings: { steps: 4, guidanceScale: 1.5, tokens: 'S0', topK: 0, width: 256, height: 320 },
};
const edited: Recipe = {
  ...generated,
  kind: 'edit',
  settings: {
    steps: 4,
    guidanceScale: 1.5,
    tokens: 'S1',
    imageGuidanceScale: 1.2,
    lockTokens: true,
    maskFeather: null,
    references: [
      { semantics: 1, appearance: 0.5, structure: 0.25 },
      { semantics: 0.1, appearance: 0.2, structure: 0.3 },
    ],
  },
};

describe('a recipe asks again for what it was made by', () => {
  test('a picture from words has its size, seed and settings', () => {
    const request = requestOf(generated, 'starter');
    expect(runSchema.parse(request)).toEqual(request);
    expect(request).toMatchObject({
      prompt: 'a red house',
      seed: 7,
      count: 1,
      steps: 4,
      guidanceScale: 1.5,
      tokens: 'S0',
      width: 256,
      height: 320,
      imageGuidanceScale: null,
      strengths: null,
      lockTokens: false,
    });
  });

  test('an edit has the strengths of its picture, and those of the references after it', () => {
    const request = requestOf(edited, null);
    expect(runSchema.parse(request)).toEqual(request);
    expect(request).toMatchObject({
      width: null,
      imageGuidanceScale: 1.2,
      lockTokens: true,
      keep: null,
      strengths: { semantics: 1, appearance: 0.5, structure: 0.25 },
    });
    expect(strengthsOf(edited)[1]).toEqual({ semantics: 0.1, appearance: 0.2, structure: 0.3 });
  });

  test('what a person changes is changed, and nothing else', () => {
    expect(requestOf(changedRecipe(edited, changeOf(edited)), null)).toEqual(
      requestOf(edited, null),
    );
    const change = { ...changeOf(edited), prompt: 'at night', seed: 8, steps: null };
    expect(requestOf(changedRecipe(edited, change), null)).toEqual({
      ...requestOf(edited, null),
      prompt: 'at night',
      seed: 8,
      steps: null,
    });
    const finer = { ...changeOf(edited), tokens: 'S0' } as const;
    expect(requestOf(changedRecipe(edited, finer), null)).toEqual({
      ...requestOf(edited, null),
      tokens: 'S0',
    });
  });

  test('a recipe of another make leaves to the model what it does not say', () => {
    const { kind, prompt, seed, model } = generated;
    for (const settings of [undefined, null, 'x', { steps: 'many', references: [null, 3] }]) {
      const request = requestOf({ kind, prompt, seed, model, settings }, null);
      expect(runSchema.parse(request)).toMatchObject({ steps: null, tokens: null, width: null });
    }
  });
});

describe('where the pictures of an edit came from', () => {
  test('is in the recipe, and survives a file', () => {
    const origin = { target: 'one', references: [{ layer: 'two' }, { picture: '3x2-ab' }, null] };
    const made = withOrigin(edited, origin);
    const read = JSON.parse(JSON.stringify(made)) as Recipe;
    expect([originOf(made), originOf(read)]).toEqual([origin, origin]);
    // As earlier versions wrote it, which kept no pixels of files.
    const old = { ...edited, origin: { target: null, references: ['two', null, { raster: 1 }] } };
    expect(originOf(old).references).toEqual([{ layer: 'two' }, null, null]);
  });

  test('is the whole picture for recipes that do not say', () => {
    for (const origin of [undefined, null, 4, { target: 5, references: 'x' }]) {
      expect(originOf({ ...edited, origin })).toEqual({ target: null, references: [] });
    }
  });
});
