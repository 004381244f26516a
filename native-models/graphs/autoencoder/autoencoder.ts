/** Encoder and decoder of DC-AE: diffusers' `AutoencoderDC`. */
import { GraphBuilder } from '../onnx/index.js';
import type { ArithmeticOptions, Value } from '../onnx/index.js';
import type { GraphModel, TensorMap } from '../types.js';
import { activate, channelRmsNorm, conv3, stageBlock } from './blocks.js';
import type { AutoencoderConfig, StageConfig } from './config.js';
import { averageChannels, downsample, repeatChannels, upsample } from './resample.js';

/** How a graph of the autoencoder is built. */
export type AutoencoderOptions = ArithmeticOptions;

/** Where the autoencoder's parameters are in a checkpoint. */
const PREFIX = 'model.sana_vae';

/**
 * Builds the encoder. Input: `sample` float32 [batch, in_channels, height, width] in [-1, 1], both
 * sizes a multiple of the compression. Output: `latent` float32
 * [batch, latent_channels, height / compression, width / compression], not scaled.
 * @throws NativaError MISSING_PARAMETER, CONFIG_WEIGHTS_MISMATCH
 */
export function buildEncoderGraph(
  config: AutoencoderConfig,
  tensors: TensorMap,
  { operators, products }: AutoencoderOptions = {},
): GraphModel {
  const g = new GraphBuilder({ name: 'vae_encoder', tensors, operators, products });
  const {
    in_channels: inChannels,
    latent_channels: latentChannels,
    encoderStages: stages,
  } = config;
  const sample = g.input('sample', 'float32', ['batch', inChannels, 'height', 'width']);
  const unshuffle = config.downsample_block_type === 'pixel_unshuffle';
  let x = encoderStem(g, config, sample);
  stages.forEach((stage, index) => {
    const prefix = `${PREFIX}.encoder.down_blocks.${index}`;
    x = stageBlocks(g, x, prefix, stage, config, 0);
    const next = stages[index + 1];
    if (next === undefined || stage.layers === 0) return;
    const options = { inChannels: stage.channels, outChannels: next.channels, shortcut: true };
    x = downsample(g, x, `${prefix}.${stage.layers}`, unshuffle, options);
  });
  const channels = stages.at(-1)?.channels ?? 0;
  let latent = conv3(g, x, `${PREFIX}.encoder.conv_out`, channels, latentChannels);
  if (config.encoder_out_shortcut) {
    const groupSize = Math.floor(channels / latentChannels);
    latent = g.add(latent, averageChannels(g, x, channels / groupSize, groupSize));
  }
  g.output('latent', latent, 'float32', [
    ...['batch', latentChannels, 'latent_height', 'latent_width'],
  ]);
  return g.build();
}

/** The first convolution; an empty first stage makes it halve the picture at once. */
function encoderStem(g: GraphBuilder, config: AutoencoderConfig, sample: Value): Value {
  const { in_channels: inChannels, downsample_block_type: type } = config;
  const prefix = `${PREFIX}.encoder.conv_in`;
  const outChannels = outermostChannels(config.encoderStages);
  if (config.encoderStages[0]?.layers !== 0) {
    return conv3(g, sample, prefix, inChannels, outChannels);
  }
  const options = { inChannels, outChannels, shortcut: false };
  return downsample(g, sample, prefix, type === 'pixel_unshuffle', options);
}

/**
 * Builds the decoder. Input: `latent` float32 [batch, latent_channels, height, width], not scaled.
 * Output: `sample` float32 [batch, in_channels, height * compression, width * compression], about
 * [-1, 1].
 * @throws NativaError MISSING_PARAMETER, CONFIG_WEIGHTS_MISMATCH
 */
export function buildDecoderGraph(
  config: AutoencoderConfig,
  tensors: TensorMap,
  { operators, products }: AutoencoderOptions = {},
): GraphModel {
  const g = new GraphBuilder({ name: 'vae_decoder', tensors, operators, products });
  const {
    in_channels: inChannels,
    latent_channels: latentChannels,
    decoderStages: stages,
  } = config;
  const latent = g.input('latent', 'float32', ['batch', latentChannels, 'height', 'width']);
  const interpolate = config.upsample_block_type === 'interpolate';
  const channels = stages.at(-1)?.channels ?? 0;
  let x = conv3(g, latent, `${PREFIX}.decoder.conv_in`, latentChannels, channels);
  if (config.decoder_in_shortcut) {
    const repeats = Math.floor(channels / latentChannels);
    x = g.add(x, repeatChannels(g, latent, latentChannels, repeats));
  }
  for (let index = stages.length - 1; index >= 0; index--) {
    const stage = stages[index];
    if (stage === undefined || stage.layers === 0) continue;
    const prefix = `${PREFIX}.decoder.up_blocks.${index}`;
    const next = stages[index + 1];
    if (next !== undefined) {
      const options = { inChannels: next.channels, outChannels: stage.channels, shortcut: true };
      x = upsample(g, x, `${prefix}.0`, interpolate, options);
    }
    x = stageBlocks(g, x, prefix, stage, config, next === undefined ? 0 : 1);
  }
  const sample = decoderHead(g, config, x);
  g.output('sample', sample, 'float32', [
    ...['batch', inChannels, 'sample_height', 'sample_width'],
  ]);
  return g.build();
}

/** Norm, activation and last convolution; an empty first stage makes it double the picture. */
function decoderHead(g: GraphBuilder, config: AutoencoderConfig, x: Value): Value {
  const { in_channels: outChannels, upsample_block_type: type } = config;
  const channels = outermostChannels(config.decoderStages);
  const normed = channelRmsNorm(g, x, `${PREFIX}.decoder.norm_out`, channels);
  const activated = activate(g, normed, config.decoder_conv_act_fn);
  const prefix = `${PREFIX}.decoder.conv_out`;
  if (config.decoderStages[0]?.layers !== 0) {
    return conv3(g, activated, prefix, channels, outChannels);
  }
  const options = { inChannels: channels, outChannels, shortcut: false };
  return upsample(g, activated, prefix, type === 'interpolate', options);
}

/** Channels at the highest resolution that has layers: of the first stage, or of the second. */
function outermostChannels(stages: readonly StageConfig[]): number {
  const [first, second] = stages;
  return (first?.layers === 0 ? second : first)?.channels ?? 0;
}

/** All blocks of a stage; `offset` is the index of the first in diffusers' list. */
function stageBlocks(
  g: GraphBuilder,
  x: Value,
  prefix: string,
  stage: StageConfig,
  config: AutoencoderConfig,
  offset: number,
): Value {
  let result = x;
  for (let layer = 0; layer < stage.layers; layer++) {
    const path = `${prefix}.${layer + offset}`;
    result = stageBlock(g, result, path, stage, config.attention_head_dim);
  }
  return result;
}
