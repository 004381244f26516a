import type { Latents } from '../autoencoder/autoencoder.js';
import type { ModelShape } from '../model.js';
import { Tensor } from '../runtime/session.js';
import type { Network } from '../runtime/session.js';
import { guidanceBranches } from './guidance.js';

/** Context of cross-attention, [tokens, caption_channels]. */
export interface Context {
  readonly data: Float32Array<ArrayBuffer>;
  readonly tokens: number;
}

/** What one evaluation of the denoiser sees, and its weight in the guided prediction. */
export interface Branch {
  readonly weight: number;
  readonly context: Context;
  /** Clean latents in noise space, one per reference; none where the branch sees no picture. */
  readonly noiseReferences: readonly Latents[];
}

/** A reference as the diffusion model sees it. */
export interface DiffusionReference {
  readonly latents: Latents;
  /** 0 to 1, scales its context vectors; 0 leaves them out. */
  readonly appearance: number;
  /** 0 to 1, scales its latents in noise space; 0 leaves them out. */
  readonly structure: number;
}

/** Networks that make contexts. */
export interface ConditioningNetworks {
  readonly connector: Network;
  /** Only asked for where the model takes references in cross-attention. */
  readonly referenceConnector: () => Promise<Network>;
}

/** What a picture is conditioned on. */
export interface ConditioningInput {
  /** Of the scale token and the image tokens, [tokens, hidden]. */
  readonly hiddenStates: Float32Array<ArrayBuffer>;
  readonly references: readonly DiffusionReference[];
  readonly guidanceScale: number;
  readonly imageGuidanceScale: number;
}

/**
 * The branches of guidance for one picture. What stands in for "no text" is what the model was
 * trained with:
 * - without a reference, the connector of all-zero hidden states;
 * - with a reference in noise space (never dropped in training), a context of zeros is v_I, and the
 *   picture without any reference is v_0;
 * - with a reference in cross-attention alone, zeros for the text only is v_I, and all zeros v_0.
 */
export async function conditionBranches(
  networks: ConditioningNetworks,
  shape: ModelShape,
  input: ConditioningInput,
): Promise<Branch[]> {
  const text = await connect(networks.connector, shape, input.hiddenStates);
  const pictures = await referenceContexts(networks, shape, input.references);
  const noiseReferences = placeInNoise(shape, input.references);
  const full = joinContexts([text, ...pictures]);
  const hasReference = pictures.length > 0 || noiseReferences.length > 0;
  const names = hasReference
    ? guidanceBranches(input.guidanceScale, input.imageGuidanceScale)
    : guidanceBranches(input.guidanceScale);
  const unconditional = (): Promise<Context> =>
    connect(networks.connector, shape, new Float32Array(input.hiddenStates.length));
  const branches: Branch[] = [];
  for (const { name, weight } of names) {
    if (name === 'full') branches.push({ weight, context: full, noiseReferences });
    else if (noiseReferences.length > 0 && name === 'image') {
      branches.push({ weight, context: zeros(full), noiseReferences });
    } else if (name === 'image') {
      const context = joinContexts([zeros(text), ...pictures]);
      branches.push({ weight, context, noiseReferences: [] });
    } else {
      const inContextOnly = hasReference && noiseReferences.length === 0;
      const context = inContextOnly ? zeros(full) : await unconditional();
      branches.push({ weight, context, noiseReferences: [] });
    }
  }
  return branches;
}

/** The connector: hidden states [tokens, hidden] -> context. */
async function connect(
  connector: Network,
  shape: ModelShape,
  hiddenStates: Float32Array<ArrayBuffer>,
): Promise<Context> {
  const tokens = hiddenStates.length / shape.hidden;
  const dims = [1, tokens, shape.hidden];
  const outputs = await connector.run({
    hidden_states: new Tensor('float32', hiddenStates, dims),
  });
  return { data: outputs.float32('encoder_hidden_states'), tokens };
}

async function referenceContexts(
  networks: ConditioningNetworks,
  shape: ModelShape,
  references: readonly DiffusionReference[],
): Promise<Context[]> {
  if (!shape.referenceContext) return [];
  const contexts: Context[] = [];
  for (const { latents, appearance } of references) {
    if (appearance === 0) continue;
    const { data, channels, height, width } = latents;
    const network = await networks.referenceConnector();
    const outputs = await network.run({
      latents: new Tensor('float32', data, [1, channels, height, width]),
    });
    const vectors = outputs.float32('encoder_hidden_states');
    contexts.push({ data: vectors.map((value) => value * appearance), tokens: height * width });
  }
  return contexts;
}

/** Latents in noise space; where the layout has room for one picture, the first that has a say. */
function placeInNoise(shape: ModelShape, references: readonly DiffusionReference[]): Latents[] {
  if (shape.noiseLayout === 'none') return [];
  const placed = references
    .filter(({ structure }) => structure > 0)
    .map(({ latents, structure }) => ({
      ...latents,
      data: latents.data.map((value) => value * structure),
    }));
  return shape.noiseLayout === 'channels' ? placed.slice(0, 1) : placed;
}

function zeros({ data, tokens }: Context): Context {
  return { data: new Float32Array(data.length), tokens };
}

/** Contexts one after the other. */
function joinContexts(contexts: readonly Context[]): Context {
  const length = contexts.reduce((sum, { data }) => sum + data.length, 0);
  const data = new Float32Array(length);
  let offset = 0;
  for (const context of contexts) {
    data.set(context.data, offset);
    offset += context.data.length;
  }
  return { data, tokens: contexts.reduce((sum, { tokens }) => sum + tokens, 0) };
}
