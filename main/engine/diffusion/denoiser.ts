import type { Latents } from '../autoencoder/autoencoder.js';
import { checkpoint } from '../cancel.js';
import { checkNotDegenerate } from '../checks.js';
import type { ModelShape } from '../model.js';
import { Tensor } from '../runtime/session.js';
import type { Network, TensorMap } from '../runtime/session.js';
import type { Branch } from './conditioning.js';
import { combineBranches } from './guidance.js';
import { readColumns, writeColumns } from './layout.js';
import { TRAIN_TIMESTEPS, addNoise, flowMatchSigmas, predictedSample } from './schedulers.js';
import { schedulerStep, velocityTo } from './schedulers.js';
import type { FlowState, SchedulerName } from './schedulers.js';

/** Networks of the diffusion stage. */
export interface DenoiserNetworks {
  readonly crossAttentionKv: Network;
  readonly denoiser: Network;
}

/** Keeps part of a picture while the rest is made anew. */
export interface LatentMask {
  /** 1 where the picture may change, 0 where it is kept, [height, width]. */
  readonly data: Float32Array;
  /** Clean latents of the picture that is kept. */
  readonly source: Latents;
}

/** How one picture is denoised. */
export interface DenoiseOptions {
  readonly branches: readonly Branch[];
  /** Standard normal numbers of the latents' size. */
  readonly noise: Latents;
  readonly steps: number;
  readonly scheduler: SchedulerName;
  readonly guidanceScale: number;
  readonly mask?: LatentMask;
  readonly signal: AbortSignal;
  /** Told after every step but the last, with x_0 as the network sees it now. */
  readonly onStep?: (done: number, predicted: () => Latents) => Promise<void> | void;
}

/** Branches of one picture and contexts of one size, which go through the network together. */
interface Group {
  readonly indices: readonly number[];
  readonly branches: readonly Branch[];
  readonly kv: TensorMap;
}

/** Turns noise into latents, step by step. */
export class Denoiser {
  readonly #networks: DenoiserNetworks;
  readonly #shape: ModelShape;

  constructor(networks: DenoiserNetworks, shape: ModelShape) {
    this.#networks = networks;
    this.#shape = shape;
  }

  /**
   * Runs all steps for one picture. Keys and values of cross-attention do not depend on the step
   * and are computed once; branches that see the same picture and contexts of one size share a run.
   * @throws NativaError CANCELLED, DEGENERATE_OUTPUT
   */
  async denoise(options: DenoiseOptions): Promise<Latents> {
    const { noise, steps, scheduler, branches, mask, signal } = options;
    const sigmas = flowMatchSigmas(steps);
    const groups = await this.#prepare(branches);
    let state: FlowState = { sample: noise.data };
    for (let step = 0; step < steps; step++) {
      await checkpoint(signal);
      const sigma = sigmas[step] ?? 0;
      const next = sigmas[step + 1] ?? 0;
      const velocity = await this.#velocity(groups, options, state.sample, sigma);
      const sample = state.sample;
      state = schedulerStep(scheduler, state, velocity, sigma, next);
      if (mask !== undefined) state = keepOutside(state, mask, noise.data, next);
      const predicted = (): Latents => ({
        ...noise,
        data: predictedSample(sample, velocity, sigma),
      });
      await options.onStep?.(step + 1, predicted);
    }
    checkNotDegenerate(state.sample, 'latents');
    return { ...noise, data: state.sample };
  }

  async #prepare(branches: readonly Branch[]): Promise<Group[]> {
    const runs: number[][] = [];
    branches.forEach((branch, index) => {
      const run = runs.find(([first = -1]) => shareRun(branches[first], branch));
      if (run === undefined) runs.push([index]);
      else run.push(index);
    });
    const groups: Group[] = [];
    for (const indices of runs) {
      const members = branches.filter((_, index) => indices.includes(index));
      groups.push({ indices, branches: members, kv: await this.#keysAndValues(members) });
    }
    return groups;
  }

  async #keysAndValues(branches: readonly Branch[]): Promise<TensorMap> {
    const tokens = branches[0]?.context.tokens ?? 0;
    const dims = [branches.length, tokens, this.#shape.captionChannels];
    const data = new Float32Array(branches.length * tokens * this.#shape.captionChannels);
    branches.forEach(({ context }, index) => {
      data.set(context.data, index * context.data.length);
    });
    const outputs = await this.#networks.crossAttentionKv.run({
      encoder_hidden_states: new Tensor('float32', data, dims),
    });
    const wanted = this.#networks.denoiser.inputs.map(({ name }) => name);
    const names = wanted.filter((name) => /^(key|value)\.\d+$/.test(name));
    return Object.fromEntries(names.map((name) => [name, outputs.tensor(name)]));
  }

  /** Guided velocity: all groups, put together again in the branches' order. */
  async #velocity(
    groups: readonly Group[],
    options: DenoiseOptions,
    sample: Float32Array<ArrayBuffer>,
    sigma: number,
  ): Promise<Float32Array<ArrayBuffer>> {
    const { noise, branches, guidanceScale } = options;
    const predictions: Float32Array[] = new Array<Float32Array>(branches.length);
    for (const group of groups) {
      const current = { ...noise, data: sample };
      const parts = await this.#predict(group, current, { sigma, guidanceScale });
      group.indices.forEach((index, part) => {
        predictions[index] = parts[part] ?? new Float32Array();
      });
    }
    const weights = branches.map(({ weight }) => ({ name: 'full' as const, weight }));
    const guided = combineBranches(weights, predictions);
    return this.#shape.predictsSample ? velocityTo(guided, sample, sigma) : guided;
  }

  /** One run of the network for one group: what it predicts per branch, [channels, height, width]. */
  async #predict(
    group: Group,
    sample: Latents,
    { sigma, guidanceScale }: { readonly sigma: number; readonly guidanceScale: number },
  ): Promise<Float32Array[]> {
    const { channels, height, width } = sample;
    const [first] = group.branches;
    const inputWidth = first === undefined ? width : this.#inputWidth(first, width);
    const inChannels = this.#shape.noiseLayout === 'channels' ? 2 * channels : channels;
    const latents = new Float32Array(inChannels * height * inputWidth);
    this.#fill(latents, sample, first?.noiseReferences ?? []);
    const one = (value: number): Tensor => new Tensor('float32', Float32Array.of(value), [1]);
    const outputs = await this.#networks.denoiser.run({
      latents: new Tensor('float32', latents, [1, inChannels, height, inputWidth]),
      timestep: one(sigma * TRAIN_TIMESTEPS),
      ...(this.#shape.guidanceEmbeds && { guidance: one(guidanceScale) }),
      ...group.kv,
    });
    const all = outputs.float32('noise_pred');
    const predicted = all.length / group.branches.length;
    return group.branches.map((_, index) => {
      const own = all.subarray(index * predicted, (index + 1) * predicted);
      return readColumns(own, inputWidth, 0, width);
    });
  }

  /** Columns of the network's input: references stand beside the picture in the width layout. */
  #inputWidth({ noiseReferences }: Branch, width: number): number {
    if (this.#shape.noiseLayout !== 'width') return width;
    return noiseReferences.reduce((sum, reference) => sum + reference.width, width);
  }

  /** Writes the picture and its references as the network reads them. */
  #fill(target: Float32Array, sample: Latents, references: readonly Latents[]): void {
    if (this.#shape.noiseLayout !== 'width') {
      target.set(sample.data);
      // Zeros where there is no reference, as in training.
      for (const reference of references) target.set(reference.data, sample.data.length);
      return;
    }
    const width = references.reduce((sum, reference) => sum + reference.width, sample.width);
    let column = 0;
    for (const part of [sample, ...references]) {
      writeColumns(target, width, column, part.data, part.width);
      column += part.width;
    }
  }
}

/** Whether two branches differ in what their contexts say alone. */
function shareRun(a: Branch | undefined, b: Branch): boolean {
  if (a?.context.tokens !== b.context.tokens) return false;
  const [some, others] = [a.noiseReferences, b.noiseReferences];
  return some === others || (some.length === 0 && others.length === 0);
}

/** Puts the source, noised to the level of the next step, back where the mask keeps it. */
function keepOutside(
  state: FlowState,
  { data, source }: LatentMask,
  noise: Float32Array,
  sigma: number,
): FlowState {
  const kept = addNoise(source.data, noise, sigma);
  const plane = data.length;
  const sample = state.sample.map((value, index) => {
    const change = data[index % plane] ?? 0;
    return change * value + (1 - change) * (kept[index] ?? 0);
  });
  return { ...state, sample };
}
