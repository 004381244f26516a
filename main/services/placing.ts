/** Where networks compute, as the settings say and this machine allows. */
import type { Settings } from '../../preload/contract.js';
import type { EngineRequestInput } from '../engine/request.js';
import type { Placement } from '../engine/runtime/placement.js';
import { probedProviders } from './providers.js';
import type { ScriptRunner } from './providers.js';

export { explainReason } from '../engine/runtime/placement-words.js';
export type { Placement } from '../engine/runtime/placement.js';

/** The settings that decide it. */
export type PlacingSettings = Pick<Settings, 'provider' | 'networkProviders' | 'engineMemory'>;

type PlacingFields = 'provider' | 'networkProviders' | 'probed' | 'memory';
/** The fields of a request that decide it. */
export type Placing = Pick<EngineRequestInput, PlacingFields>;

/** Tries the providers that the settings ask for, once, and puts together what the engine is told. */
export async function placing(
  { provider, networkProviders, engineMemory }: PlacingSettings,
  run?: ScriptRunner,
): Promise<Placing> {
  const probed = await probedProviders([provider, ...Object.values(networkProviders)], run);
  return {
    provider,
    ...(Object.keys(networkProviders).length > 0 && { networkProviders }),
    ...(probed.length > 0 && { probed }),
    ...(engineMemory !== null && { memory: engineMemory }),
  };
}

/**
 * Where each network of a model would compute now; none is loaded.
 * @throws NativaError BUNDLE_*, CONFIG_WEIGHTS_MISMATCH, MISSING_PARAMETER, PROVIDER_UNAVAILABLE
 */
export async function modelPlacement(
  dir: string,
  { provider = 'cpu', ...fields }: Placing,
): Promise<Placement> {
  // onnxruntime is only loaded by those who ask, since it may not load at all.
  const { planModel } = await import('../engine/model.js');
  return planModel(dir, { provider, ...fields });
}
