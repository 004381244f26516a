/** Rotary position embedding as transformers' Qwen3 has it (halves, not pairs, are rotated). */
import type { GraphBuilder, Value } from '../onnx/index.js';
import type { Qwen3Config } from './config.js';

/** theta^(-2i / head_dim) for i in [0, head_dim / 2). */
function inverseFrequencies(config: Qwen3Config): number[] {
  const { head_dim: headDim, rope_theta: theta } = config;
  // In float32 at every step, as PyTorch computes them: late positions multiply the rounding.
  return Array.from({ length: headDim / 2 }, (_, index) =>
    Math.fround(1 / Math.fround(theta ** Math.fround((2 * index) / headDim))),
  );
}

/**
 * Cosines and sines of all positions, [maxLength, head_dim / 2] each. They are computed from a few
 * numbers when the graph is loaded (constant folding), so a long context costs no bytes on disk.
 */
export function rotaryCaches(
  g: GraphBuilder,
  config: Qwen3Config,
  maxLength: number,
): { readonly cos: Value; readonly sin: Value } {
  const bound = (value: number): Value => g.constant([value], 'int64', []);
  const positions = g.op('Range', [bound(0), bound(maxLength), bound(1)]);
  const column = g.reshape(g.cast(positions, 'float32'), [-1, 1]);
  const angles = g.mul(column, g.constant(inverseFrequencies(config)));
  return g.exactWaves(angles);
}

/**
 * Rotation by plain operators, for head sizes the fused one does not take.
 * @returns a function on [batch, sequence, heads, head_dim]
 */
export function rotateHeads(
  g: GraphBuilder,
  config: Qwen3Config,
  seqlensK: Value,
): (heads: Value) => Value {
  let angles: { readonly cos: Value; readonly sin: Value } | undefined;
  const half = config.head_dim / 2;
  return (heads) => {
    angles ??= anglesOf(g, config, heads, seqlensK);
    const [first = '', second = ''] = g.split(heads, [half, half], -1);
    const { cos, sin } = angles;
    return g.concat(
      [g.sub(g.mul(first, cos), g.mul(second, sin)), g.add(g.mul(second, cos), g.mul(first, sin))],
      -1,
    );
  };
}

/** Cosines and sines of the positions of this run, [batch, sequence, 1, head_dim / 2]. */
function anglesOf(
  g: GraphBuilder,
  config: Qwen3Config,
  heads: Value,
  seqlensK: Value,
): { readonly cos: Value; readonly sin: Value } {
  const scalar = (value: number): Value => g.constant([value], 'int64', []);
  const length = g.squeeze(g.slice(g.op('Shape', [heads]), 0, 1, 2), [0]);
  const steps = g.op('Range', [scalar(0), length, scalar(1)]);
  // The first new token of a row stands at seqlens_k + 1 - sequence.
  const first = g.sub(g.add(g.cast(seqlensK, 'int64'), scalar(1)), length);
  const positions = g.add(g.reshape(first, [-1, 1]), g.reshape(steps, [1, -1]));
  const column = g.unsqueeze(g.cast(positions, 'float32'), [2, 3]);
  const angles = g.mul(column, g.constant(inverseFrequencies(config)));
  return g.exactWaves(angles);
}
