import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { conditionBranches } from '../../../../main/engine/diffusion/conditioning.js';
import type { DiffusionReference } from '../../../../main/engine/diffusion/conditioning.js';
import { combineBranches, guidanceBranches } from '../../../../main/engine/diffusion/guidance.js';
import type { BranchName } from '../../../../main/engine/diffusion/guidance.js';
import type { ModelShape, NoiseLayout } from '../../../../main/engine/model.js';
import { Outputs, Tensor } from '../../../../main/engine/runtime/session.js';
import type { Network } from '../../../../main/engine/runtime/session.js';

const scale = fc.double({ min: 0, max: 10, noNaN: true });

describe('guidanceBranches', () => {
  it.each([
    ['released text to image', 2, undefined, { none: -1, full: 2 }],
    ['released editing', 2, 1, { image: -1, full: 2 }],
    ['no guidance', 1, 1, { full: 1 }],
    ['no guidance, no picture', 1, undefined, { full: 1 }],
    ['both apart', 3, 1.5, { none: -0.5, image: -1.5, full: 3 }],
    ['equal scales', 2, 2, { none: -1, full: 2 }],
    ['text only dropped', 0, undefined, { none: 1 }],
  ])('%s', (_, text, image, expected) => {
    const found = guidanceBranches(text, image);
    expect(Object.fromEntries(found.map(({ name, weight }) => [name, weight]))).toEqual(expected);
  });

  it('is v0 + sI (vI - v0) + sT (vTI - vI) for any scales', () => {
    const value = fc.double({ min: -5, max: 5, noNaN: true });
    fc.assert(
      fc.property(scale, scale, value, value, value, (text, image, none, one, full) => {
        const values: Record<BranchName, number> = { none, image: one, full };
        const branches = guidanceBranches(text, image);
        const predictions = branches.map(({ name }) => Float32Array.of(values[name]));
        const expected = none + image * (one - none) + text * (full - one);
        const [found = NaN] = combineBranches(branches, predictions);
        expect(Math.abs(found - expected)).toBeLessThan(1e-4);
      }),
    );
  });

  it('refuses predictions that do not belong together', () => {
    const branches = guidanceBranches(2);
    expect(() => combineBranches(branches, [new Float32Array(2)])).toThrow(RangeError);
    const uneven = [new Float32Array(2), new Float32Array(3)];
    expect(() => combineBranches(branches, uneven)).toThrow(RangeError);
  });
});

/** A connector that adds 1, so that what comes from it can be told from zeros. */
const connector: Network = {
  inputs: [],
  run: (feeds) => {
    const tensor = feeds['hidden_states'] ?? feeds['latents'];
    const data = Float32Array.from(tensor?.data as Float32Array, (value) => value + 1);
    const named = { encoder_hidden_states: new Tensor('float32', data, [1, data.length, 1]) };
    return Promise.resolve(new Outputs('connector', named));
  },
};

function shapeWith(referenceContext: boolean, noiseLayout: NoiseLayout): ModelShape {
  return { hidden: 1, captionChannels: 1, referenceContext, noiseLayout } as ModelShape;
}

function reference(value: number, appearance = 1, structure = 1): DiffusionReference {
  const latents = { data: Float32Array.of(value, value), channels: 1, height: 1, width: 2 };
  return { latents, appearance, structure };
}

async function branchesOf(
  shape: ModelShape,
  references: readonly DiffusionReference[],
  scales: readonly [text: number, image: number] = [3, 1.5],
) {
  const [guidanceScale, imageGuidanceScale] = scales;
  const networks = { connector, referenceConnector: () => Promise.resolve(connector) };
  const hiddenStates = Float32Array.of(10, 20);
  const input = { hiddenStates, references, guidanceScale, imageGuidanceScale };
  const branches = await conditionBranches(networks, shape, input);
  return branches.map(({ weight, context, noiseReferences }) => ({
    weight,
    context: [...context.data],
    noise: noiseReferences.map(({ data }) => [...data]),
  }));
}

describe('conditionBranches', () => {
  it('drops the text to the connector of zeros where there is no picture', async () => {
    expect(await branchesOf(shapeWith(true, 'width'), [])).toEqual([
      { weight: -2, context: [1, 1], noise: [] },
      { weight: 3, context: [11, 21], noise: [] },
    ]);
  });

  it('keeps the picture in noise space while the context is dropped', async () => {
    expect(await branchesOf(shapeWith(true, 'width'), [reference(5)])).toEqual([
      { weight: -0.5, context: [1, 1], noise: [] },
      { weight: -1.5, context: [0, 0, 0, 0], noise: [[5, 5]] },
      { weight: 3, context: [11, 21, 6, 6], noise: [[5, 5]] },
    ]);
  });

  it('drops text and picture apart where both are context', async () => {
    expect(await branchesOf(shapeWith(true, 'none'), [reference(5)])).toEqual([
      { weight: -0.5, context: [0, 0, 0, 0], noise: [] },
      { weight: -1.5, context: [0, 0, 6, 6], noise: [] },
      { weight: 3, context: [11, 21, 6, 6], noise: [] },
    ]);
  });

  it('has the released guidance at image guidance 1: two branches', async () => {
    const branches = await branchesOf(shapeWith(true, 'channels'), [reference(5)], [2, 1]);
    expect(branches.map(({ weight }) => weight)).toEqual([-1, 2]);
  });

  it('scales a reference by its strengths, and leaves it out at 0', async () => {
    const half = await branchesOf(shapeWith(true, 'width'), [reference(4, 0.5, 0.25)]);
    expect(half.at(-1)).toEqual({ weight: 3, context: [11, 21, 2.5, 2.5], noise: [[1, 1]] });
    const none = await branchesOf(shapeWith(true, 'width'), [reference(4, 0, 0)]);
    expect(none).toEqual(await branchesOf(shapeWith(true, 'width'), []));
  });

  it('takes several: all side by side, or the first that has a say where there is one place', async () => {
    const two = [reference(4, 1, 0), reference(6), reference(8)];
    const wide = await branchesOf(shapeWith(true, 'width'), two);
    expect(wide.at(-1)).toMatchObject({
      context: [11, 21, 5, 5, 7, 7, 9, 9],
      noise: [
        [6, 6],
        [8, 8],
      ],
    });
    const stacked = await branchesOf(shapeWith(false, 'channels'), two);
    expect(stacked.at(-1)).toMatchObject({ context: [11, 21], noise: [[6, 6]] });
  });
});
