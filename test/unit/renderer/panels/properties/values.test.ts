import { describe, expect, test } from 'vitest';
import { neutralAdjustment } from '../../../../../renderer/document/create.js';
import { tablesOf } from '../../../../../renderer/document/pixels/adjust-tables.js';
import type { Recipe } from '../../../../../renderer/document/types.js';
import {
  addPoint,
  isDraggedOut,
  movePoint,
  pathOf,
  pointNear,
  removePoint,
} from '../../../../../renderer/panels/properties/curve.js';
import { fontChoices } from '../../../../../renderer/panels/properties/fonts.js';
import { recipeRows } from '../../../../../renderer/panels/properties/recipe-rows.js';
import {
  offSlider,
  onSlider,
  slidersOf,
  valueOf,
  withValue,
  type SliderAdjustment,
  type SliderSpec,
} from '../../../../../renderer/panels/properties/sliders.js';

const KINDS = [
  'brightness-contrast',
  'levels',
  'hue-saturation',
  'exposure',
  'temperature',
  'blur',
  'sharpen',
  'grayscale',
] as const;

function specOf(adjustment: SliderAdjustment, name: string): SliderSpec {
  const spec = slidersOf(adjustment).find((each) => each.name === name);
  if (!spec) throw new Error(`there is no slider for ${name}`);
  return spec;
}

describe('sliders of adjustments', () => {
  test.each(KINDS)(
    '%s has one for each of its values, that can stand where nothing changes',
    (kind) => {
      const neutral = neutralAdjustment(kind) as SliderAdjustment;
      const specs = slidersOf(neutral);
      expect(['kind', ...specs.map(({ name }) => name)].sort()).toEqual(
        Object.keys(neutral).sort(),
      );
      for (const spec of specs) {
        const { at, min, max } = onSlider(spec, valueOf(neutral, spec));
        expect([at, min, max].every(Number.isInteger)).toBe(true);
        expect(at).toBeGreaterThanOrEqual(min);
        expect(at).toBeLessThanOrEqual(max);
        expect(withValue(neutral, spec, offSlider(spec, at))).toEqual(neutral);
      }
    },
  );

  test('values stay within their range', () => {
    const blur: SliderAdjustment = { kind: 'blur', radius: 3 };
    expect(withValue(blur, specOf(blur, 'radius'), 500)).toEqual({ kind: 'blur', radius: 100 });
    expect(withValue(blur, specOf(blur, 'radius'), -1)).toEqual({ kind: 'blur', radius: 0 });
  });

  test('black stays below white', () => {
    const levels: SliderAdjustment = { kind: 'levels', black: 50, white: 60, gamma: 1 };
    expect(withValue(levels, specOf(levels, 'black'), 200)).toMatchObject({ black: 59, white: 60 });
    expect(withValue(levels, specOf(levels, 'white'), 0)).toMatchObject({ black: 50, white: 51 });
  });

  test('gamma is in the middle at 1, and goes from 0.1 to 10', () => {
    const gamma = specOf({ kind: 'levels', black: 0, white: 255, gamma: 1 }, 'gamma');
    const { at, min, max } = onSlider(gamma, 1);
    expect(at).toBe((min + max) / 2);
    expect([offSlider(gamma, min), offSlider(gamma, max)]).toEqual([0.1, 10]);
  });

  test('a value between steps or beyond the ends has the nearest place', () => {
    const blur: SliderAdjustment = { kind: 'blur', radius: 3 };
    const spec = specOf(blur, 'radius');
    expect(onSlider(spec, 2.26)).toEqual({ at: 23, min: 0, max: 1000 });
    expect(onSlider(spec, 4000).at).toBe(1000);
    expect(offSlider(spec, 23)).toBe(2.3);
  });
});

describe('points of a curve', () => {
  const LINE = [
    { x: 0, y: 0 },
    { x: 255, y: 255 },
  ];

  test('are added where they belong, but not two above each other', () => {
    expect(addPoint(LINE, { x: 99.6, y: 300 })).toEqual({
      index: 1,
      points: [LINE[0], { x: 100, y: 255 }, LINE[1]],
    });
    expect(addPoint(LINE, { x: 0.2, y: 90 })).toBeNull();
  });

  test('stay between those beside them', () => {
    const three = [
      { x: 0, y: 0 },
      { x: 100, y: 80 },
      { x: 255, y: 255 },
    ];
    expect(movePoint(three, 1, { x: 900, y: -5 })[1]).toEqual({ x: 254, y: 0 });
    expect(movePoint(three, 1, { x: -900, y: 7.4 })[1]).toEqual({ x: 1, y: 7 });
    expect(movePoint(three, 0, { x: 300, y: 0 })[0]).toEqual({ x: 99, y: 0 });
    expect(movePoint(three, 2, { x: 300, y: 0 })[2]).toEqual({ x: 255, y: 0 });
  });

  test('can be taken away, except for the last two', () => {
    const three = [...LINE.slice(0, 1), { x: 100, y: 80 }, ...LINE.slice(1)];
    expect(removePoint(three, 1)).toEqual(LINE);
    expect(removePoint(LINE, 0)).toEqual(LINE);
    expect(isDraggedOut({ x: 100, y: -30 })).toBe(false);
    expect(isDraggedOut({ x: 100, y: -60 })).toBe(true);
    expect(isDraggedOut({ x: 310, y: 10 })).toBe(true);
  });

  test('are taken by the nearest within reach', () => {
    expect(pointNear(LINE, { x: 5, y: 5 }, 12)).toBe(0);
    expect(pointNear(LINE, { x: 250, y: 250 }, 12)).toBe(1);
    expect(pointNear(LINE, { x: 100, y: 100 }, 12)).toBe(-1);
  });

  test('the straight curve is drawn from the lower left to the upper right', () => {
    const path = pathOf(tablesOf({ kind: 'curves', points: LINE })[0]);
    expect(path.startsWith('M0 255L1 254')).toBe(true);
    expect(path.endsWith('L255 0')).toBe(true);
  });
});

describe('what a recipe says', () => {
  const recipe: Recipe = {
    kind: 'edit',
    prompt: 'a red hat',
    seed: 7,
    model: { id: 'starter', hash: 'abc' },
    settings: {
      steps: 20,
      guidanceScale: 4.5,
      topK: 1024,
      scheduler: 'euler',
      maskFeather: null,
      lockTokens: true,
      width: 256,
      height: 128,
      references: [{ semantics: 1, appearance: 0.5, structure: 0 }],
    },
  };

  test('is model and seed first, then its settings, without what is not set', () => {
    expect(recipeRows(recipe)).toEqual([
      { label: { key: 'prompt.model' }, value: 'starter' },
      { label: { key: 'consistency.seed' }, value: 7 },
      { label: { key: 'prompt.size' }, value: '256 × 128' },
      { label: { key: 'prompt.steps' }, value: 20 },
      { label: { key: 'prompt.guidance' }, value: 4.5 },
      { label: { key: 'consistency.lock' }, value: true },
      { label: { text: 'top k' }, value: 1024 },
      { label: { text: 'scheduler' }, value: 'euler' },
      { label: { key: 'consistency.references' }, value: '100 % · 50 % · 0 %' },
    ]);
  });

  test('of an older file without settings is model and seed', () => {
    expect(recipeRows({ ...recipe, settings: undefined })).toHaveLength(2);
  });
});

test('a font that a document brought along can be kept', () => {
  expect(fontChoices('serif').map(({ value }) => value)).not.toContain('Futura');
  expect(fontChoices('Futura')[0]).toEqual({ value: 'Futura', label: { text: 'Futura' } });
});
