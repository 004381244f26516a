/** The models of this machine as the studio shows them. */
import { loadBundle } from '../../../native-models/bundle/index.js';
import type { Bundle } from '../../../native-models/bundle/index.js';
import { NativaError } from '../../../native-models/errors.js';
import { taTokConfigSchema, tokenGrid } from '../../../native-models/graphs/index.js';
import type { Answer, ModelInfo } from '../../../preload/contract.js';
import { listModels } from '../models.js';
import type { FoundModel } from '../models.js';

/** Every model on this machine, those that cannot be used with the reason. */
export async function modelInfos(): Promise<ModelInfo[]> {
  return Promise.all((await listModels()).map(modelInfo));
}

async function modelInfo(found: FoundModel): Promise<ModelInfo> {
  const { dir, place, origin } = found;
  if (!found.ok) return { ok: false, dir, place, origin, message: found.error.message };
  try {
    return { ...describe(await loadBundle(dir)), place, origin };
  } catch (error) {
    if (!(error instanceof NativaError)) throw error;
    return { ok: false, dir, place, origin, message: error.message };
  }
}

/**
 * Image tokens that a model lays over a picture: as many for every shape, since the vision
 * tokenizer's picture is always the same square.
 * @throws NativaError BUNDLE_*
 */
export async function modelGrid(dir: string): Promise<Answer<'models.grid'>> {
  const { grid } = describe(await loadBundle(dir));
  return { columns: grid, rows: grid };
}

type Usable = Extract<ModelInfo, { ok: true }>;

/** @throws NativaError BUNDLE_INVALID */
function describe({ dir, manifest, configs }: Bundle): Omit<Usable, 'place' | 'origin'> {
  const vision = taTokConfigSchema.safeParse(configs.vision);
  if (!vision.success) {
    const message = `${manifest.configs.vision} of the model in ${dir} is not valid: get it again.`;
    throw new NativaError('BUNDLE_INVALID', message);
  }
  const { id, name, license, resolution, capabilities, defaults, files } = manifest;
  return {
    ok: true,
    id,
    name,
    dir,
    licence: license,
    bytes: Object.values(files).reduce((sum, { size }) => sum + size, 0),
    resolution,
    grid: tokenGrid(vision.data, 'S0'),
    canEdit: capabilities.edit,
    references: capabilities.maxReferences,
    scales: [...capabilities.tokenScales],
    tokens: defaults.tokens,
    steps: defaults.steps,
    guidanceScale: defaults.guidanceScale,
    imageGuidanceScale: defaults.imageGuidanceScale,
  };
}
