/** Where each network of a model computes and in which precision: pure, decided before any is loaded. */
import { z } from 'zod';

import type {
  GraphName,
  ParameterType,
  ProductType,
  StoredBytes,
} from '../../../native-models/graphs/index.js';

/** Networks that a person can place, in the order in which a picture needs them. */
export const NETWORK_PARTS = [
  'vision',
  'ar',
  'connector',
  'denoiser',
  'vae_encoder',
  'vae_decoder',
] as const;
export type NetworkPart = (typeof NETWORK_PARTS)[number];

/** Lets the best provider that works be taken. */
export const AUTO = 'auto';

/** The part that a graph belongs to. */
export const PART_OF: Readonly<Record<GraphName, NetworkPart>> = {
  ar: 'ar',
  embed: 'ar',
  vision: 'vision',
  features_connector: 'vision',
  connector: 'connector',
  reference_connector: 'connector',
  cross_attention_kv: 'connector',
  denoiser: 'denoiser',
  vae_encoder: 'vae_encoder',
  vae_decoder: 'vae_decoder',
};

/**
 * What a provider that works cannot do: multiply in float16, compute fused attention of many queries
 * rightly, or compute faster than the processor, as drivers in software do not.
 */
export const PROVIDER_LACKS = ['float16', 'attention', 'speed'] as const;
export type ProviderLack = (typeof PROVIDER_LACKS)[number];

/** What trying a provider showed. */
export const probedSchema = z.strictObject({
  name: z.string().min(1).max(40),
  available: z.boolean(),
  /** Why it cannot be used, as part of a sentence. */
  reason: z.string().max(1000).optional(),
  lacks: z.array(z.enum(PROVIDER_LACKS)).optional(),
  /** Bytes of its own memory; absent where it is the processor's or not known. */
  memory: z.number().min(0).optional(),
});
export type ProbedProvider = z.output<typeof probedSchema>;

/** What is decided upon. */
export interface PlacementInput {
  /** Providers that were tried; one that was not tried counts as working. */
  readonly probed: readonly ProbedProvider[];
  /** `auto`, or a provider for all networks. */
  readonly provider: string;
  readonly overrides: Readonly<Partial<Record<NetworkPart, string>>>;
  /** The parts that a model has. */
  readonly parts: ReadonlyMap<NetworkPart, StoredBytes>;
  /** Bytes of the processor's memory that networks may take. */
  readonly memory: number;
}

/** Why a network computes elsewhere or otherwise than was asked for. */
export type PlacementReason =
  | { readonly kind: 'unavailable'; readonly provider: string; readonly detail?: string }
  | { readonly kind: 'tooLarge' | 'halved' | 'noFloat16'; readonly provider: string }
  | { readonly kind: 'noCodes'; readonly provider: string }
  | { readonly kind: 'failed' | 'broke'; readonly provider: string; readonly detail: string };

/** Where one network computes. */
export interface PlacedNetwork {
  readonly network: NetworkPart;
  readonly provider: string;
  /** Type of the products; everything between them is float32. */
  readonly precision: ProductType;
  /** How most of its weights are stored. */
  readonly weights: ParameterType;
  /** Bytes of its weights as they are computed with. */
  readonly bytes: number;
  readonly reason?: PlacementReason;
  /** Whether a run may read few tokens only, since the provider's attention is wrong for more. */
  readonly shortRuns?: boolean;
}

/** Where everything computes. */
export interface Placement {
  readonly networks: readonly PlacedNetwork[];
  /** Whether all networks stay loaded; if not, each is loaded, run and released in its turn. */
  readonly together: boolean;
}

/** What `auto` takes first. Core ML is left to those who ask for it: it knows no sizes that change. */
const BEST_FIRST = ['cuda', 'dml', 'webgpu'];
/** Providers that read weights stored as codes of a few bits. */
const READS_CODES: ReadonlySet<string> = new Set(['cpu', 'cuda', 'dml', 'webgpu']);
/** The autoencoder's numbers grow beyond what float16 can hold. */
const FLOAT32_ONLY: ReadonlySet<NetworkPart> = new Set(['vae_encoder', 'vae_decoder']);
/** Share of a graphics processor's memory for weights; what a run computes needs the rest. */
const SHARE = 0.8;

/** Decides where every network of a model computes. */
export function placeNetworks(input: PlacementInput): Placement {
  const networks = NETWORK_PARTS.flatMap((network) => {
    const stored = input.parts.get(network);
    return stored === undefined ? [] : [placeNetwork(network, stored, input)];
  });
  return { networks, together: fitTogether(networks, input) };
}

/** The same network on the processor, after a provider turned out not to run it. */
export function onProcessor(placed: PlacedNetwork, reason: PlacementReason): PlacedNetwork {
  const { network, weights, bytes } = placed;
  const growth = placed.precision === 'float16' ? 2 : 1;
  const base = { network, provider: 'cpu', precision: 'float32', weights } as const;
  return { ...base, bytes: bytes * growth, reason };
}

function placeNetwork(
  network: NetworkPart,
  stored: StoredBytes,
  input: PlacementInput,
): PlacedNetwork {
  const asked = input.overrides[network] ?? input.provider;
  const wanted = asked === AUTO ? bestOf(input.probed) : asked;
  const weights = mostOf(stored);
  const on = (
    provider: string,
    precision: ProductType,
    reason?: PlacementReason,
  ): PlacedNetwork => ({
    ...{ network, provider, precision, weights, bytes: bytesAs(precision, stored) },
    ...(reason && { reason }),
  });
  if (wanted === 'cpu') return on('cpu', 'float32');
  const probed = input.probed.find(({ name }) => name === wanted);
  if (probed?.available === false) {
    const detail = probed.reason === undefined ? {} : { detail: probed.reason };
    return on('cpu', 'float32', { kind: 'unavailable', provider: wanted, ...detail });
  }
  if (weights === 'U8' && !READS_CODES.has(wanted)) {
    return on('cpu', 'float32', { kind: 'noCodes', provider: wanted });
  }
  const room = (probed?.memory ?? Infinity) * SHARE;
  const lacks = (what: ProviderLack): boolean => probed?.lacks?.includes(what) === true;
  const shortRuns = network === 'ar' && lacks('attention') ? { shortRuns: true } : {};
  const halves = !FLOAT32_ONLY.has(network) && weights !== 'U8';
  const mayHalve = halves && !lacks('float16');
  const fits = (precision: ProductType): boolean => bytesAs(precision, stored) <= room;
  const there = (precision: ProductType, kind?: 'halved' | 'noFloat16'): PlacedNetwork => ({
    ...on(wanted, precision, kind && { kind, provider: wanted }),
    ...shortRuns,
  });
  if (mayHalve && weights !== 'F32') {
    if (fits('float16')) return there('float16');
  } else if (fits('float32')) {
    return there('float32', halves && weights !== 'F32' ? 'noFloat16' : undefined);
  } else if (mayHalve && fits('float16')) return there('float16', 'halved');
  return on('cpu', 'float32', { kind: 'tooLarge', provider: wanted });
}

function bestOf(probed: readonly ProbedProvider[]): string {
  const works = (name: string): boolean =>
    probed.some(
      (provider) =>
        provider.name === name && provider.available && provider.lacks?.includes('speed') !== true,
    );
  return BEST_FIRST.find(works) ?? 'cpu';
}

function mostOf(stored: StoredBytes): ParameterType {
  const [most] = (Object.entries(stored) as [ParameterType, number][]).sort((a, b) => b[1] - a[1]);
  return most?.[0] ?? 'F32';
}

/** Bytes of one stored byte in memory. BF16 is cast everywhere: no graph computes in it. */
const GROWTH: Readonly<Record<ProductType, Readonly<Record<ParameterType, number>>>> = {
  float32: { F32: 1, F16: 2, BF16: 2, U8: 1 },
  float16: { F32: 0.5, F16: 1, BF16: 1, U8: 1 },
};

/** Bytes of weights in memory where products are of this type. */
function bytesAs(precision: ProductType, stored: StoredBytes): number {
  const entries = Object.entries(stored) as [ParameterType, number][];
  return entries.reduce((sum, [type, bytes]) => sum + bytes * GROWTH[precision][type], 0);
}

/** Whether every memory holds all that is placed in it; unknown ones are the processor's. */
function fitTogether(networks: readonly PlacedNetwork[], input: PlacementInput): boolean {
  const needed = new Map<string, number>();
  const memoryOf = (provider: string): number | undefined =>
    input.probed.find(({ name }) => name === provider)?.memory;
  for (const { provider, bytes } of networks) {
    const place = memoryOf(provider) === undefined ? 'cpu' : provider;
    needed.set(place, (needed.get(place) ?? 0) + bytes);
  }
  return [...needed].every(([place, bytes]) => {
    const own = place === 'cpu' ? undefined : memoryOf(place);
    return own === undefined ? bytes < input.memory : bytes <= own * SHARE;
  });
}
