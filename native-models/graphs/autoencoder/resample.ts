/** Changes of size and of channel count in DC-AE, with the shortcuts that need no weights. */
import type { GraphBuilder, Value } from '../onnx/index.js';
import { conv3 } from './blocks.js';

/** Every change of size is by this factor. */
const FACTOR = 2;
const AREA = FACTOR * FACTOR;

/** Channels before and after, and what is added. */
export interface ResampleOptions {
  readonly inChannels: number;
  readonly outChannels: number;
  /** Whether the picture itself, rearranged, is added to the convolution's result. */
  readonly shortcut: boolean;
}

/**
 * Halves a picture: by a convolution of stride 2, or (`unshuffle`) by one of a quarter of the
 * channels whose positions become channels. Shortcut: positions become channels, and the mean of
 * every `4 * inChannels / outChannels` of them is taken.
 */
export function downsample(
  g: GraphBuilder,
  x: Value,
  prefix: string,
  unshuffle: boolean,
  { inChannels, outChannels, shortcut }: ResampleOptions,
): Value {
  const convChannels = unshuffle ? outChannels / AREA : outChannels;
  const stride = unshuffle ? 1 : FACTOR;
  const convolved = conv3(g, x, `${prefix}.conv`, inChannels, convChannels, { stride });
  const main = unshuffle ? pixelUnshuffle(g, convolved, convChannels) : convolved;
  if (!shortcut) return main;
  const groupSize = Math.floor((inChannels * AREA) / outChannels);
  const channels = (inChannels * AREA) / groupSize;
  return g.add(main, averageChannels(g, pixelUnshuffle(g, x, inChannels), channels, groupSize));
}

/**
 * Doubles a picture: by a convolution after repeating every pixel (`interpolate`), or by one of
 * four times the channels, which become positions. Shortcut: every channel repeated, then channels
 * become positions.
 */
export function upsample(
  g: GraphBuilder,
  x: Value,
  prefix: string,
  interpolate: boolean,
  { inChannels, outChannels, shortcut }: ResampleOptions,
): Value {
  const repeats = Math.floor((outChannels * AREA) / inChannels);
  const repeated = shortcut ? repeatChannels(g, x, inChannels, repeats) : undefined;
  if (interpolate) {
    const main = conv3(g, repeatPixels(g, x), `${prefix}.conv`, inChannels, outChannels);
    return repeated === undefined ? main : g.add(main, pixelShuffle(g, repeated));
  }
  const main = conv3(g, x, `${prefix}.conv`, inChannels, outChannels * AREA);
  // Added before the channels become positions, so that they need to only once.
  return pixelShuffle(g, repeated === undefined ? main : g.add(main, repeated));
}

/** Mean of every `groupSize` channels that follow one another: [batch, channels, h, w]. */
export function averageChannels(
  g: GraphBuilder,
  x: Value,
  channels: number,
  groupSize: number,
): Value {
  if (groupSize === 1) return x;
  const grouped = g.reshape(x, [0, channels, groupSize, -1]);
  const means = g.reduceMean(grouped, [2], false);
  const size = g.op('Shape', [x], { start: 2, end: 4 });
  const shape = g.concat([g.constant([0, channels], 'int64'), size], 0);
  return g.op('Reshape', [means, shape]);
}

/** Every channel `repeats` times in a row: channels 0 0 1 1 2 2 ... */
export function repeatChannels(
  g: GraphBuilder,
  x: Value,
  channels: number,
  repeats: number,
): Value {
  if (repeats === 1) return x;
  const order = Array.from({ length: channels * repeats }, (_, index) =>
    Math.floor(index / repeats),
  );
  return g.op('Gather', [x, g.constant(order, 'int64')], { axis: 1 });
}

/** `torch.nn.functional.pixel_shuffle`. */
function pixelShuffle(g: GraphBuilder, x: Value): Value {
  return g.op('DepthToSpace', [x], { blocksize: FACTOR, mode: 'CRD' });
}

/**
 * `torch.nn.functional.pixel_unshuffle`: SpaceToDepth puts the position in a block before the
 * channel, PyTorch after it.
 */
function pixelUnshuffle(g: GraphBuilder, x: Value, channels: number): Value {
  const blocks = g.op('SpaceToDepth', [x], { blocksize: FACTOR });
  const order = Array.from(
    { length: channels * AREA },
    (_, index) => (index % AREA) * channels + Math.floor(index / AREA),
  );
  return g.op('Gather', [blocks, g.constant(order, 'int64')], { axis: 1 });
}

/** Every pixel `FACTOR` times along both sides. */
function repeatPixels(g: GraphBuilder, x: Value): Value {
  const scales = g.constant([1, 1, FACTOR, FACTOR]);
  return g.op('Resize', [x, undefined, scales], {
    mode: 'nearest',
    nearest_mode: 'floor',
    coordinate_transformation_mode: 'asymmetric',
  });
}
