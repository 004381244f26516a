import { describe, expect, it } from 'vitest';

import { floats, maxAbsError, tensorOf } from '../support/cases.js';
import { integers, paintCase, pipelineCases, pipelineGolden, withModel } from './support.js';

/** A network by itself. */
const NETWORK_TOLERANCE = 1e-4;
/** Thirty steps, each of which carries on the error of those before. */
const PICTURE_TOLERANCE = 1e-3;

const { prompt, instruction, cases } = await pipelineCases();
const golden = await pipelineGolden();

it('has pictures of both kinds, in both layouts, by both samplers', () => {
  const kinds = new Set(cases.map(({ bundle, kind }) => `${kind} ${bundle}`));
  expect(kinds.size).toBe(4);
  expect(new Set(cases.map(({ scheduler }) => scheduler)).size).toBe(2);
});

describe.each(cases)('$name', (item) => {
  it('equals what the reference paints from the same tokens and noise', async () => {
    const text = item.kind === 'edit' ? instruction : prompt;
    const painted = await withModel(item, (model) => paintCase(model, item, text, golden));
    const expected = (name: string) => tensorOf(golden, `${item.name}/${name}`);
    expect(painted.promptIds).toEqual(integers(expected('prompt_ids')));
    const hidden = maxAbsError(painted.hiddenStates, floats(expected('hidden_states')));
    expect(hidden).toBeLessThan(NETWORK_TOLERANCE);
    const latents = maxAbsError(painted.latents, floats(expected('latents')));
    expect(latents).toBeLessThan(PICTURE_TOLERANCE);
    const image = maxAbsError(painted.image, floats(expected('image')));
    expect(image).toBeLessThan(PICTURE_TOLERANCE);
  });
});
