import { open } from 'node:fs/promises';
import { join } from 'node:path';

import { MANIFEST_FILE, parseManifest } from '../bundle/index.js';
import type { BundleManifest } from '../bundle/index.js';
import { spatialCompression } from '../graphs/index.js';
import type { Collected } from './collect.js';
import type { Survey } from './survey.js';
import { hasReferenceNoise, idOf, isEditing } from './variant.js';
import type { Variant } from './variant.js';

/** The released inference's settings. */
const DEFAULTS = {
  steps: 30,
  guidanceScale: 2,
  temperature: 1,
  topP: 0.95,
  topK: 1200,
  tokens: 'S0',
  scheduler: 'euler',
} as const;

const DESCRIPTIONS: Readonly<Record<Variant, string>> = {
  pretrain: 'BLIP3o-NEXT after pretraining: pictures from text.',
  sft: 'BLIP3o-NEXT after supervised fine-tuning: pictures from text.',
  'grpo-geneval': 'BLIP3o-NEXT after reinforcement learning for composition: pictures from text.',
  'grpo-text': 'BLIP3o-NEXT after reinforcement learning for lettering: pictures from text.',
  grpo: 'BLIP3o-NEXT after reinforcement learning: pictures from text.',
  'text-to-image': 'A model of the BLIP3o-NEXT kind: pictures from text.',
  edit: 'BLIP3o-NEXT for editing: pictures from text and from a picture.',
};

/**
 * The manifest of a checkpoint.
 * @param files size and SHA-256 of every file
 * @throws NativaError BUNDLE_INVALID
 */
export async function describe(
  found: Survey,
  collected: Collected,
  given: {
    readonly name: string;
    readonly variant: Variant;
    readonly files: BundleManifest['files'];
  },
): Promise<BundleManifest> {
  const { ar, transformer, vae } = collected.source;
  const edit = isEditing(ar);
  const { elsewhere, prefixes } = collected;
  const draft = {
    schemaVersion: 1,
    id: idOf(given.name),
    name: given.name,
    version: '1',
    license: await licenseOf(found),
    description: DESCRIPTIONS[given.variant],
    modelType: 'blip3o-next',
    resolution: transformer.sample_size * spatialCompression(vae),
    languages: ['en'],
    capabilities: {
      generate: true,
      edit,
      maxReferences: edit ? 1 : 0,
      tokenScales: ['S0', 'S1', 'S2'],
    },
    defaults: {
      ...DEFAULTS,
      // The released guidance drops the whole context at once, a reference in it included; one in
      // noise space is never dropped.
      imageGuidanceScale: edit && !hasReferenceNoise(ar) ? DEFAULTS.guidanceScale : 1,
    },
    configs: collected.configs,
    weights: collected.weights,
    files: given.files,
    ...(Object.keys(prefixes).length > 0 ? { prefixes } : {}),
    ...(Object.keys(elsewhere).length > 0 ? { elsewhere } : {}),
  };
  return parseManifest(draft, join(found.dir, MANIFEST_FILE));
}

const MAX_LICENSE = 200;
/** Bytes of a model card that its heading lies in. */
const MAX_HEADING = 2 ** 16;

/** What the model card's heading calls the licence. */
async function licenseOf({ papers }: Survey): Promise<string> {
  const card = papers.find((path) => path.endsWith('README.md'));
  const text = card === undefined ? '' : await beginning(card);
  const heading = /^---\r?\n([\s\S]*?)\r?\n---/.exec(text)?.[1] ?? '';
  const field = (name: string): string | undefined =>
    new RegExp(`^${name}:[ \\t]*["']?([^"'\\r\\n]+?)["']?[ \\t]*$`, 'm').exec(heading)?.[1];
  const license = field('license_name') ?? field('license');
  // What a card says is shown on terminals.
  return (
    license?.replace(/\p{Cc}/gu, ' ').slice(0, MAX_LICENSE) ??
    'as its publisher says: read the model card'
  );
}

async function beginning(path: string): Promise<string> {
  const handle = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(MAX_HEADING), 0, MAX_HEADING, 0);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await handle.close();
  }
}
