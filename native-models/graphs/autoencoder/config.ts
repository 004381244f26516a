import { z } from 'zod';

const count = z.int().min(1);
/** Stages, scales and kernels; each one is nodes of a graph. */
const FEW = 16;
const layers = z.array(z.int().min(0).max(1000)).max(FEW);
const channels = z.array(count).min(2).max(FEW);
const blockType = z.enum(['ResBlock', 'EfficientViTBlock']);
const normType = z.enum(['rms_norm', 'batch_norm']);
/** diffusers' activations, whose names it reads in any case. */
const activation = z
  .string()
  .transform((name) => name.toLowerCase())
  .pipe(z.enum(['silu', 'swish', 'mish', 'gelu', 'relu']));
const multiscales = z.array(
  z.array(count.max(FEW).refine((size) => size % 2 === 1, 'must be odd')).max(FEW),
);

const DEFAULT_CHANNELS = [128, 256, 512, 512, 1024, 1024];
const DEFAULT_MULTISCALES = [[], [], [], [5], [5], [5]];

const fields = z.object({
  in_channels: count.default(3),
  latent_channels: count.default(32),
  attention_head_dim: count.default(32),
  encoder_block_types: z.union([blockType, z.array(blockType)]).default('ResBlock'),
  decoder_block_types: z.union([blockType, z.array(blockType)]).default('ResBlock'),
  encoder_block_out_channels: channels.default(DEFAULT_CHANNELS),
  decoder_block_out_channels: channels.default(DEFAULT_CHANNELS),
  encoder_layers_per_block: layers.default([2, 2, 2, 3, 3, 3]),
  decoder_layers_per_block: layers.default([3, 3, 3, 3, 3, 3]),
  encoder_qkv_multiscales: multiscales.default(DEFAULT_MULTISCALES),
  decoder_qkv_multiscales: multiscales.default(DEFAULT_MULTISCALES),
  upsample_block_type: z.enum(['pixel_shuffle', 'interpolate']).default('pixel_shuffle'),
  downsample_block_type: z
    .enum(['pixel_unshuffle', 'Conv', 'conv'])
    .default('pixel_unshuffle')
    .transform((type) => (type === 'conv' ? 'Conv' : type)),
  decoder_norm_types: z.union([normType, z.array(normType)]).default('rms_norm'),
  decoder_act_fns: z.union([activation, z.array(activation.nullable())]).default('silu'),
  encoder_out_shortcut: z.boolean().default(true),
  decoder_in_shortcut: z.boolean().default(true),
  decoder_conv_act_fn: activation.default('relu'),
  scaling_factor: z.number().positive().default(1),
  shift_factor: z.number().nullable().default(null),
});

/** Names of the activations. */
export type Activation = z.output<typeof activation>;

/** One resolution of the encoder or decoder. */
export interface StageConfig {
  readonly channels: number;
  readonly layers: number;
  readonly blockType: z.output<typeof blockType>;
  readonly norm: z.output<typeof normType>;
  /** Null: none. */
  readonly activation: Activation | null;
  readonly multiscales: readonly number[];
}

/**
 * diffusers' `AutoencoderDC` config. Parsing fills in diffusers' defaults and lays what is given
 * per stage out as `encoderStages` and `decoderStages`, the highest resolution first.
 */
export const autoencoderConfigSchema = fields.transform((config, context) => {
  const encoderStages = stages(context, 'encoder', {
    channels: config.encoder_block_out_channels,
    layers: config.encoder_layers_per_block,
    blockTypes: config.encoder_block_types,
    norms: 'rms_norm',
    activations: 'silu',
    multiscales: config.encoder_qkv_multiscales,
  });
  const decoderStages = stages(context, 'decoder', {
    channels: config.decoder_block_out_channels,
    layers: config.decoder_layers_per_block,
    blockTypes: config.decoder_block_types,
    norms: config.decoder_norm_types,
    activations: config.decoder_act_fns,
    multiscales: config.decoder_qkv_multiscales,
  });
  checkResampling(context, 'encoder', encoderStages, config.downsample_block_type !== 'Conv');
  checkResampling(context, 'decoder', decoderStages, false);
  for (const [part, used, list] of [
    ['encoder', config.encoder_out_shortcut, encoderStages],
    ['decoder', config.decoder_in_shortcut, decoderStages],
  ] as const) {
    if (used && (list.at(-1)?.channels ?? 0) % config.latent_channels !== 0) {
      const message = `${part}: the last stage's channels must be a multiple of latent_channels`;
      context.addIssue({ code: 'custom', message });
    }
  }
  return { ...config, encoderStages, decoderStages };
});

/** A parsed `vae/config.json`. */
export type AutoencoderConfig = z.output<typeof autoencoderConfigSchema>;

/** Pixels of the picture along one side of a latent position. */
export function spatialCompression(config: AutoencoderConfig): number {
  return 2 ** (config.encoderStages.length - 1);
}

interface StageLists {
  readonly channels: readonly number[];
  readonly layers: readonly number[];
  readonly blockTypes: StageConfig['blockType'] | readonly StageConfig['blockType'][];
  readonly norms: StageConfig['norm'] | readonly StageConfig['norm'][];
  readonly activations: Activation | readonly (Activation | null)[];
  readonly multiscales: readonly (readonly number[])[];
}

/** One entry per stage; a list of another length than the channels' is reported to `context`. */
function stages(context: z.RefinementCtx, part: string, lists: StageLists): StageConfig[] {
  const count = lists.channels.length;
  const spread = <Item>(field: string, list: Item | readonly Item[], none: Item): Item[] => {
    if (!isList(list)) return Array.from({ length: count }, () => list);
    if (list.length !== count) {
      const message = `${part}: ${field} has ${list.length} entries for ${count} stages`;
      context.addIssue({ code: 'custom', message });
    }
    return Array.from({ length: count }, (_, index) => list[index] ?? none);
  };
  const layers = spread('layers_per_block', lists.layers, 0);
  const blockTypes = spread<StageConfig['blockType']>('block_types', lists.blockTypes, 'ResBlock');
  const norms = spread<StageConfig['norm']>('norm_types', lists.norms, 'rms_norm');
  const activations = spread('act_fns', lists.activations, null);
  const scales = spread<readonly number[]>('qkv_multiscales', lists.multiscales, []);
  return lists.channels.map((channels, index) => ({
    channels,
    layers: layers[index] ?? 0,
    blockType: blockTypes[index] ?? 'ResBlock',
    norm: norms[index] ?? 'rms_norm',
    activation: activations[index] ?? null,
    multiscales: scales[index] ?? [],
  }));
}

/** `Array.isArray` that knows lists which may not be written to. */
function isList<Item>(value: Item | readonly Item[]): value is readonly Item[] {
  return Array.isArray(value);
}

/** The shortcuts around a change of size need channel counts that divide one another. */
function checkResampling(
  context: z.RefinementCtx,
  part: string,
  list: readonly StageConfig[],
  unshuffle: boolean,
): void {
  list.forEach(({ channels, layers }, index) => {
    const next = list[index + 1];
    if (next === undefined || layers === 0) return;
    const [before, after] =
      part === 'encoder' ? [channels, next.channels] : [next.channels, channels];
    const [larger, smaller] = part === 'encoder' ? [before * 4, after] : [after * 4, before];
    if (larger % smaller !== 0 || (unshuffle && after % 4 !== 0)) {
      const message = `${part}: no shortcut leads from ${before} to ${after} channels`;
      context.addIssue({ code: 'custom', message });
    }
  });
}

/** Tensors of the widest layer that a run has at once: input, output and what is between. */
const COPIES = 4;

/** Bytes that a run of each half takes for every pixel of a picture, about. */
export function autoencoderBytes({
  in_channels: inChannels,
  encoderStages,
  decoderStages,
}: AutoencoderConfig): { readonly encoder: number; readonly decoder: number } {
  const bytes = (stages: readonly StageConfig[]): number => {
    const widths = stages.map(({ channels, layers }, index) =>
      layers === 0 ? 0 : channels / 4 ** index,
    );
    return 4 * (COPIES * Math.max(...widths) + inChannels);
  };
  return { encoder: bytes(encoderStages), decoder: bytes(decoderStages) };
}
