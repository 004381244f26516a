/** Patches, positions and timesteps of the diffusion transformer. */
import { conv2d, linearRows } from '../onnx/index.js';
import type { GraphBuilder, Value } from '../onnx/index.js';
import { TRANSFORMER_PREFIX } from './attention.js';
import type { SanaTransformerConfig } from './config.js';

/** Period of the slowest sine and cosine, in timesteps and in positions. */
const MAX_PERIOD = 10_000;
/** Sines and cosines of a timestep; fixed in diffusers. */
const TIMESTEP_CHANNELS = 256;

/** Token grid of the latents at hand: scalars int64 in tensors of shape [1]. */
export interface Grid {
  readonly height: Value;
  readonly width: Value;
  /** height * width */
  readonly tokens: Value;
}

/** Embedded patches of one picture, and their grid. */
export interface Patches {
  /** [grid.tokens, inner], rows first. */
  readonly rows: Value;
  readonly grid: Grid;
}

/**
 * diffusers' `PatchEmbed`: latents [1, in_channels, height, width] -> rows
 * [gridHeight * gridWidth, inner], with sine-cosine positions if the config has an
 * `interpolation_scale`.
 */
export function embedPatches(
  g: GraphBuilder,
  config: SanaTransformerConfig,
  latents: Value,
): Patches {
  const { inner_dim: inner, patch_size: patch, in_channels: inChannels } = config;
  const size = { inChannels, outChannels: inner, kernel: patch, stride: patch, bias: true };
  const picture = conv2d(g, latents, `${TRANSFORMER_PREFIX}.patch_embed.proj`, size);
  const dimension = (axis: number): Value =>
    g.op('Shape', [picture], { start: axis, end: axis + 1 });
  const [height, width] = [dimension(2), dimension(3)];
  const grid = { height, width, tokens: g.mul(height, width) };
  const rows = g.transpose(g.reshape(picture, [inner, -1]), [1, 0]);
  if (config.interpolation_scale === null) return { rows, grid };
  return { rows: g.add(rows, embedPositions(g, config, grid)), grid };
}

/**
 * Sine-cosine embedding of the grid, [gridHeight * gridWidth, inner]: the first half of a row tells
 * the column, the second the row. Positions of any grid are spread over the range of the native one
 * (`sample_size / patch_size`), divided by `interpolation_scale`. Made in the graph, because the
 * grid is only known there; it is a few thousand sines.
 */
function embedPositions(g: GraphBuilder, config: SanaTransformerConfig, grid: Grid): Value {
  const half = config.inner_dim / 2;
  const base = Math.floor(config.sample_size / config.patch_size);
  const scale = config.interpolation_scale ?? 1;
  const frequencies = g.constant(geometricFrequencies(half / 2), 'float32', [1, half / 2]);
  const axis = (size: Value): Value => {
    const count = g.squeeze(size, [0]);
    const zero = g.constant([0], 'int64', []);
    const steps = g.op('Range', [zero, count, g.constant([1], 'int64', [])]);
    const stretch = g.div(g.cast(size, 'float32'), g.constant([base]));
    const positions = g.div(g.div(g.cast(steps, 'float32'), stretch), g.scalar(scale));
    const angles = g.mul(g.unsqueeze(positions, [1]), frequencies);
    const { sin, cos } = g.exactWaves(angles);
    return g.concat([sin, cos], 1);
  };
  const shape = g.concat([grid.height, grid.width, g.constant([half], 'int64')], 0);
  const columns = g.op('Expand', [axis(grid.width), shape]);
  const rows = g.op('Expand', [g.unsqueeze(axis(grid.height), [1]), shape]);
  return g.reshape(g.concat([columns, rows], 2), [-1, config.inner_dim]);
}

/** `count` frequencies falling from 1 towards 1 / MAX_PERIOD. */
function geometricFrequencies(count: number): number[] {
  return Array.from({ length: count }, (_, index) => MAX_PERIOD ** (-index / count));
}

/** What a step tells the blocks. */
export interface StepEmbedding {
  /** [6, inner]: shifts, scales and gates of every block before its own table is added. */
  readonly modulation: Value;
  /** [1, inner]: the embedding itself, for the output norm. */
  readonly embedded: Value;
}

/**
 * diffusers' `AdaLayerNormSingle`, or with `guidance_embeds` the embedding that adds the guidance
 * scale's own: timestep [1] -> embeddings. `timestep_scale` and `guidance_embeds_scale`, which
 * diffusers leaves to the pipeline, are applied here.
 */
export function embedStep(
  g: GraphBuilder,
  config: SanaTransformerConfig,
  timestep: Value,
  guidance: Value | undefined,
): StepEmbedding {
  const prefix = `${TRANSFORMER_PREFIX}.time_embed`;
  const inner = config.inner_dim;
  let embedded: Value;
  if (guidance === undefined) {
    const path = `${prefix}.emb.timestep_embedder`;
    embedded = embedScalar(g, inner, path, timestep, config.timestep_scale);
  } else {
    embedded = g.add(
      embedScalar(g, inner, `${prefix}.timestep_embedder`, timestep, config.timestep_scale),
      embedScalar(g, inner, `${prefix}.guidance_embedder`, guidance, config.guidance_embeds_scale),
    );
  }
  const modulation = linearRows(g, g.silu(embedded), `${prefix}.linear`, {
    inFeatures: inner,
    outFeatures: 6 * inner,
    bias: true,
  });
  return { modulation: g.reshape(modulation, [6, inner]), embedded };
}

/** Cosines and sines of a number, through Linear, SiLU, Linear: [1] -> [1, inner]. */
function embedScalar(
  g: GraphBuilder,
  inner: number,
  prefix: string,
  value: Value,
  scale: number,
): Value {
  const half = TIMESTEP_CHANNELS / 2;
  const frequencies = geometricFrequencies(half);
  const scaled = scale === 1 ? value : g.mul(value, g.scalar(scale));
  const angles = g.mul(g.unsqueeze(scaled, [1]), g.constant(frequencies, 'float32', [1, half]));
  const { sin, cos } = g.exactWaves(angles);
  const waves = g.concat([cos, sin], 1);
  const first = { inFeatures: TIMESTEP_CHANNELS, outFeatures: inner, bias: true };
  const hidden = g.silu(linearRows(g, waves, `${prefix}.linear_1`, first));
  const second = { inFeatures: inner, outFeatures: inner, bias: true };
  return linearRows(g, hidden, `${prefix}.linear_2`, second);
}
