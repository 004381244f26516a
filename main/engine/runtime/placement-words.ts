/** What is said where a network computes elsewhere than was asked for. */
import type { NetworkPart, PlacedNetwork, PlacementReason } from './placement.js';

/** The words of one language. */
export interface PlacementWords {
  readonly networks: Readonly<Record<NetworkPart, string>>;
  readonly unavailable: (provider: string, detail: string | undefined) => string;
  readonly failed: (provider: string, detail: string) => string;
  readonly broke: (provider: string, detail: string) => string;
  readonly noFloat16: (provider: string) => string;
  readonly tooLarge: (provider: string) => string;
  readonly halved: (provider: string) => string;
  readonly noCodes: (provider: string) => string;
  /** What all networks together are called. */
  readonly all: string;
  /** One sentence about some networks. */
  readonly sentence: (networks: string, what: string) => string;
}

export const ENGLISH: PlacementWords = {
  networks: {
    vision: 'vision tokenizer',
    ar: 'autoregressive model',
    connector: 'connectors',
    denoiser: 'denoiser',
    vae_encoder: 'autoencoder’s encoder',
    vae_decoder: 'autoencoder’s decoder',
  },
  unavailable: (provider, detail) =>
    `on the processor, since ${provider} cannot be used here${detail === undefined ? '' : ` (${detail})`}`,
  failed: (provider, detail) => `on the processor, since ${provider} could not load it (${detail})`,
  broke: (provider, detail) =>
    `on the processor, since ${provider} failed while computing it (${detail})`,
  noFloat16: (provider) => `in float32, since ${provider} has no float16 here`,
  tooLarge: (provider) => `on the processor, since it is too large for the memory of ${provider}`,
  halved: (provider) => `in float16, since float32 is too large for the memory of ${provider}`,
  noCodes: (provider) => `on the processor, since ${provider} cannot read quantised weights`,
  all: 'all networks',
  sentence: (networks, what) => `Computed ${what}: ${networks}.`,
};

/** Why a network is where it is, as part of a sentence. */
export function explainReason(reason: PlacementReason, words: PlacementWords): string {
  switch (reason.kind) {
    case 'unavailable':
      return words.unavailable(reason.provider, reason.detail);
    case 'failed':
    case 'broke':
      return words[reason.kind](reason.provider, reason.detail);
    case 'tooLarge':
    case 'halved':
    case 'noFloat16':
    case 'noCodes':
      return words[reason.kind](reason.provider);
  }
}

/** What a person should know of a placement, one sentence for all networks of one reason. */
export function placementNotices(
  networks: readonly PlacedNetwork[],
  words: PlacementWords = ENGLISH,
): string[] {
  const parts = new Map<string, string[]>();
  for (const { network, reason } of networks) {
    if (reason === undefined) continue;
    const why = explainReason(reason, words);
    parts.set(why, [...(parts.get(why) ?? []), words.networks[network]]);
  }
  return [...parts].map(([why, names]) => {
    const all = names.length === networks.length;
    return words.sentence(all ? words.all : names.join(', '), why);
  });
}
