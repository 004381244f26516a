import { createRequire } from 'node:module';

import type { JsonObject } from './images/index.js';
import type { Model } from './model.js';
import type { Plan } from './plan.js';
import { onnxruntimeVersion } from './runtime/session.js';

/** A picture that went into a result. */
export interface RecipeInput {
  readonly role: 'image' | 'mask' | 'reference';
  /** SHA-256 of the file's bytes. */
  readonly sha256: string;
}

/** Version of the recipe's own layout. */
const RECIPE_VERSION = 1;

/**
 * What made one picture, complete enough to make it again: the same bundle, settings, inputs and
 * seed on the same machine and provider give the same pixels. Paths are left out, they are nobody
 * else's business; inputs are named by their hashes.
 * @param seed of this picture, which alone makes it again
 */
export function composeRecipe(
  model: Model,
  plan: Plan,
  seed: number,
  inputs: readonly RecipeInput[],
): JsonObject {
  const { manifest, hash, memory } = model;
  return {
    recipe: RECIPE_VERSION,
    software: { name: 'Nativa', version: softwareVersion() },
    model: { id: manifest.id, version: manifest.version, hash },
    runtime: {
      onnxruntime: onnxruntimeVersion(),
      provider: model.networks.provider,
      // It decides whether a large picture is painted in tiles.
      ...(memory !== undefined && { memory }),
    },
    kind: plan.kind,
    prompt: plan.text,
    seed,
    settings: settings(plan),
    inputs: inputs.map(({ role, sha256 }) => ({ role, sha256 })),
  };
}

function settings(plan: Plan): JsonObject {
  const { steps, guidanceScale, tokens, sampling, scheduler } = plan;
  const common: JsonObject = { steps, guidanceScale, tokens, ...sampling, scheduler };
  if (plan.kind === 'generate') return { ...common, width: plan.width, height: plan.height };
  const { imageGuidanceScale, lockTokens, onlyChanged, fit, maskFeather = null } = plan;
  const references = plan.references.map(({ semantics, appearance, structure }) => ({
    semantics,
    appearance,
    structure,
  }));
  const edit = { imageGuidanceScale, lockTokens, onlyChanged, fit, maskFeather, references };
  return { ...common, ...edit };
}

/** Version in the product's package.json, wherever the compiled file lies below it. */
function softwareVersion(): string {
  const require = createRequire(import.meta.url);
  for (const path of ['../../package.json', '../../../package.json']) {
    try {
      const found = require(path) as { name?: string; version?: string };
      if (found.name === 'nativa' && found.version !== undefined) return found.version;
    } catch {
      // Not there: compiled files lie one folder deeper than sources.
    }
  }
  return 'unknown';
}
