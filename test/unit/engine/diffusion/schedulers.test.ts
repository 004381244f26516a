import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';
import { z } from 'zod';

import {
  TRAIN_TIMESTEPS,
  addNoise,
  dpmSolverStep,
  eulerStep,
  flowMatchSigmas,
  predictedSample,
  schedulerStep,
  velocityTo,
} from '../../../../main/engine/diffusion/schedulers.js';
import type { FlowState } from '../../../../main/engine/diffusion/schedulers.js';

const numbers = z.array(z.number());
const table = { steps: z.int(), sigmas: numbers, timesteps: numbers, states: z.array(numbers) };
const tablesSchema = z.object({
  start: numbers,
  euler: z.array(z.object({ shift: z.number(), ...table })),
  dpmSolver: z.array(z.object({ flowShift: z.number(), ...table })),
  dpmSolverFromOne: z.array(z.object(table)),
});
const path = join(import.meta.dirname, '../../../golden/data/schedulers.json');
const tables = tablesSchema.parse(JSON.parse(await readFile(path, 'utf8')));

/** The toy model the tables were made with. */
function velocityAt(sample: Float32Array, sigma: number): Float32Array {
  return sample.map((x) => Math.cos(3 * x) + sigma - 0.3 * x);
}

/** States after every step of a sampler over the given noise levels. */
function states(name: 'euler' | 'dpm-solver++', sigmas: ArrayLike<number>): Float32Array[] {
  let state: FlowState = { sample: Float32Array.from(tables.start) };
  const all: Float32Array[] = [];
  for (let step = 0; step + 1 < sigmas.length; step++) {
    const [sigma = 0, next = 0] = [sigmas[step], sigmas[step + 1]];
    state = schedulerStep(name, state, velocityAt(state.sample, sigma), sigma, next);
    all.push(state.sample);
  }
  return all;
}

function maxError(found: readonly Float32Array[], expected: readonly number[][]): number {
  expect(found.length).toBe(expected.length);
  let most = 0;
  expected.forEach((row, step) => {
    row.forEach((value, i) => (most = Math.max(most, Math.abs((found[step]?.[i] ?? NaN) - value))));
  });
  return most;
}

describe.each(tables.euler)('Euler, $steps steps, shift $shift', (expected) => {
  const sigmas = flowMatchSigmas(expected.steps, { shift: expected.shift });

  it('has the noise levels and timesteps of diffusers', () => {
    expect(sigmas.length).toBe(expected.steps + 1);
    expect(maxError([sigmas], [expected.sigmas])).toBeLessThan(1e-6);
    const timesteps = sigmas.slice(0, -1).map((sigma) => sigma * TRAIN_TIMESTEPS);
    expect(maxError([timesteps], [expected.timesteps])).toBeLessThan(1e-3);
  });

  it('goes through the states of diffusers', () => {
    expect(maxError(states('euler', sigmas), expected.states)).toBeLessThan(1e-6 * 10);
  });
});

describe.each(tables.dpmSolverFromOne)('DPM-Solver++ from 1, $steps steps', (expected) => {
  it('goes through the states of diffusers', () => {
    const sigmas = flowMatchSigmas(expected.steps);
    expect(maxError(states('dpm-solver++', sigmas), expected.states)).toBeLessThan(2e-5);
  });
});

describe.each(tables.dpmSolver)('DPM-Solver++ of diffusers, $steps steps', (expected) => {
  it('goes through the states of diffusers, over its own noise levels', () => {
    const found = states('dpm-solver++', Float32Array.from(expected.sigmas));
    expect(maxError(found, expected.states)).toBeLessThan(2e-5);
  });
});

describe('flow', () => {
  const clean = Float32Array.of(1, -2, 0.5);
  const noise = Float32Array.of(0.25, 1, -1);
  /** The velocity of a straight path: every sampler must follow it exactly. */
  const velocity = noise.map((value, i) => value - (clean[i] ?? 0));

  it('finds the clean sample from any point of a straight path', () => {
    for (const sigma of [1, 0.7, 0.25]) {
      const found = predictedSample(addNoise(clean, noise, sigma), velocity, sigma);
      found.forEach((value, i) => {
        expect(value).toBeCloseTo(clean[i] ?? 0, 6);
      });
    }
  });

  it('finds the way to a clean sample that a network predicts', () => {
    for (const sigma of [1, 0.4]) {
      const found = velocityTo(clean, addNoise(clean, noise, sigma), sigma);
      found.forEach((value, i) => {
        expect(value).toBeCloseTo(velocity[i] ?? NaN, 5);
      });
    }
  });

  it.each(['euler', 'dpm-solver++'] as const)('%s follows a straight path to its end', (name) => {
    for (const steps of [1, 2, 7]) {
      const sigmas = flowMatchSigmas(steps);
      let state: FlowState = { sample: noise.slice() };
      for (let step = 0; step < steps; step++) {
        state = schedulerStep(name, state, velocity, sigmas[step] ?? 0, sigmas[step + 1] ?? 0);
      }
      state.sample.forEach((value, i) => {
        expect(value).toBeCloseTo(clean[i] ?? 0, 5);
      });
    }
  });

  it('is first order in the first and the last step', () => {
    const prediction = predictedSample(noise, velocity, 0.6);
    const previous = { sigma: 0.9, sample: Float32Array.of(9, 9, 9) };
    const last = dpmSolverStep(noise, prediction, 0.6, 0, previous);
    expect(last).toEqual(dpmSolverStep(noise, prediction, 0.6, 0));
    const euler = eulerStep(noise, velocity, 0.6, 0.3);
    dpmSolverStep(noise, prediction, 0.6, 0.3).forEach((value, i) => {
      expect(value).toBeCloseTo(euler[i] ?? 0, 6);
    });
    const second = dpmSolverStep(noise, prediction, 0.6, 0.3, previous);
    expect(second).not.toEqual(dpmSolverStep(noise, prediction, 0.6, 0.3));
  });

  it.each([0, -1, 1.5, NaN])('refuses %d steps', (steps) => {
    expect(() => flowMatchSigmas(steps)).toThrow(RangeError);
  });
});
