/**
 * Samplers of a rectified flow as pure functions: a schedule is a list of noise levels, a step is a
 * function of its arguments. Nothing here knows a model.
 *
 * Flow: x_sigma = (1 - sigma) x_0 + sigma noise, and the network predicts v = noise - x_0, so that
 * x_0 = x_sigma - sigma v.
 */

/** What diffusers calls `FlowMatchEulerDiscreteScheduler`'s config, as far as it is used. */
export interface FlowMatchConfig {
  /** Moves the noise levels towards 1: sigma' = shift sigma / (1 + (shift - 1) sigma). Default 1. */
  readonly shift?: number;
}

/** Timesteps of training: the network's `timestep` is sigma times this. */
export const TRAIN_TIMESTEPS = 1000;

/**
 * Noise levels of `steps` steps as BLIP3o-NEXT's released inference has them: linspace(1, 1/steps,
 * steps), shifted if the config says so, and a final 0. Rounded to float32 as diffusers rounds.
 * @returns steps + 1 falling values
 * @throws RangeError for fewer than one step
 */
export function flowMatchSigmas(steps: number, config: FlowMatchConfig = {}): Float32Array {
  if (!Number.isInteger(steps) || steps < 1) throw new RangeError(`${steps} is no step count`);
  const { shift = 1 } = config;
  const last = 1 / steps;
  const sigmas = new Float32Array(steps + 1);
  for (let i = 0; i < steps; i++) {
    const sigma = steps === 1 ? 1 : 1 + (i * (last - 1)) / (steps - 1);
    sigmas[i] = (shift * sigma) / (1 + (shift - 1) * sigma);
  }
  return sigmas;
}

/** x_0 the network believes in: x - sigma v. */
export function predictedSample(
  sample: Float32Array,
  velocity: Float32Array,
  sigma: number,
): Float32Array<ArrayBuffer> {
  const result = new Float32Array(sample.length);
  for (let i = 0; i < result.length; i++) {
    result[i] = (sample[i] ?? 0) - sigma * (velocity[i] ?? 0);
  }
  return result;
}

/** The velocity that leads to a clean sample: (x - x_0) / sigma, the inverse of `predictedSample`. */
export function velocityTo(
  clean: Float32Array,
  sample: Float32Array,
  sigma: number,
): Float32Array<ArrayBuffer> {
  const result = new Float32Array(sample.length);
  for (let i = 0; i < result.length; i++) {
    result[i] = ((sample[i] ?? 0) - (clean[i] ?? 0)) / sigma;
  }
  return result;
}

/** A clean sample with noise at level sigma: (1 - sigma) x_0 + sigma noise. */
export function addNoise(
  clean: Float32Array,
  noise: Float32Array,
  sigma: number,
): Float32Array<ArrayBuffer> {
  const result = new Float32Array(clean.length);
  for (let i = 0; i < result.length; i++) {
    result[i] = (1 - sigma) * (clean[i] ?? 0) + sigma * (noise[i] ?? 0);
  }
  return result;
}

/** One step of Euler's method from `sigma` to `nextSigma`: x + (nextSigma - sigma) v. */
export function eulerStep(
  sample: Float32Array,
  velocity: Float32Array,
  sigma: number,
  nextSigma: number,
): Float32Array<ArrayBuffer> {
  const result = new Float32Array(sample.length);
  const step = nextSigma - sigma;
  for (let i = 0; i < result.length; i++) {
    result[i] = (sample[i] ?? 0) + step * (velocity[i] ?? 0);
  }
  return result;
}

/** The step before the current one, which a multistep method looks back on. */
export interface PreviousPrediction {
  readonly sigma: number;
  /** x_0 that was predicted there. */
  readonly sample: Float32Array;
}

/** Log of the signal-to-noise ratio's root, lambda = ln(alpha / sigma) with alpha = 1 - sigma. */
function lambda(sigma: number): number {
  return Math.log((1 - sigma) / sigma);
}

/**
 * One step of DPM-Solver++(2M) (Lu et al. 2022, arXiv 2211.01095, algorithm 2) in the flow's
 * parametrisation (alpha = 1 - sigma):
 *   x' = (sigma'/sigma) x - alpha' (e^{-h} - 1) D,  h = lambda' - lambda,
 *   D  = x0 + (x0 - x0_previous) h / (2 h_previous).
 * The first step (no previous one, or sigma 1 where lambda is infinite) and the last step (to 0)
 * are first order, as diffusers' `lower_order_final` has it; a first-order step is Euler's.
 * @param prediction x_0 predicted at `sigma`
 */
export function dpmSolverStep(
  sample: Float32Array,
  prediction: Float32Array,
  sigma: number,
  nextSigma: number,
  previous?: PreviousPrediction,
): Float32Array<ArrayBuffer> {
  const secondOrder = previous !== undefined && previous.sigma < 1 && nextSigma > 0;
  const h = secondOrder ? lambda(nextSigma) - lambda(sigma) : 0;
  const before = secondOrder ? lambda(sigma) - lambda(previous.sigma) : 1;
  const correction = h / (2 * before);
  const keep = nextSigma / sigma;
  // alpha' (1 - e^{-h}) written without h: alpha' - alpha sigma' / sigma = 1 - sigma' / sigma
  const gain = 1 - keep;
  const result = new Float32Array(sample.length);
  for (let i = 0; i < result.length; i++) {
    const now = prediction[i] ?? 0;
    const then = secondOrder ? (previous.sample[i] ?? 0) : now;
    result[i] = keep * (sample[i] ?? 0) + gain * (now + correction * (now - then));
  }
  return result;
}

/** Names of the samplers a request can choose. */
export const SCHEDULERS = ['euler', 'dpm-solver++'] as const;

/** Name of a sampler. */
export type SchedulerName = (typeof SCHEDULERS)[number];

/** A sample on its way from noise to picture; every step returns the next one. */
export interface FlowState {
  readonly sample: Float32Array<ArrayBuffer>;
  readonly previous?: PreviousPrediction;
}

/** Takes one step of the named sampler. */
export function schedulerStep(
  name: SchedulerName,
  state: FlowState,
  velocity: Float32Array,
  sigma: number,
  nextSigma: number,
): FlowState {
  if (name === 'euler') return { sample: eulerStep(state.sample, velocity, sigma, nextSigma) };
  const prediction = predictedSample(state.sample, velocity, sigma);
  return {
    sample: dpmSolverStep(state.sample, prediction, sigma, nextSigma, state.previous),
    previous: { sigma, sample: prediction },
  };
}
