import { describe, expect, it } from 'vitest';

import {
  expectAsReference,
  paintCase,
  pipelineCases,
  pipelineGolden,
  withModel,
} from './support.js';

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
    expectAsReference(painted, golden, item.name);
  });
});
