import type { Answer } from '../../../preload/contract.js';
import { examine } from '../doctor.js';
import type { Messages } from '../i18n/index.js';
import { explainReason, modelPlacement, placing } from '../placing.js';
import type { PlacingSettings } from '../placing.js';
import { explainLacks, explainMissing } from '../providers.js';
import type { ScriptRunner } from '../providers.js';

/** What the studio shows of this machine. */
export async function doctorReport(
  messages: Messages,
  run?: ScriptRunner,
): Promise<Answer<'doctor.report'>> {
  const { providers, memory } = await examine(run);
  return {
    providers: providers.map((provider) => ({
      name: provider.name,
      available: provider.available,
      reason:
        provider.reason === undefined
          ? (explainLacks(provider, messages) ?? null)
          : explainMissing(provider.reason, messages),
    })),
    memoryTotal: memory.limit ?? memory.total,
    memoryFree: Math.min(memory.free, memory.limit ?? memory.free),
  };
}

/**
 * Where each network of a model would compute now.
 * @param dir folder of the model
 * @throws NativaError as {@link modelPlacement}
 */
export async function doctorPlan(
  dir: string,
  settings: PlacingSettings,
  messages: Messages,
  run?: ScriptRunner,
): Promise<Answer<'doctor.plan'>> {
  const { networks, together } = await modelPlacement(dir, await placing(settings, run));
  return {
    networks: networks.map(({ network, provider, precision, bytes, reason }) => ({
      ...{ network, provider, precision, bytes },
      reason: reason === undefined ? null : explainReason(reason, messages.placement),
    })),
    together,
  };
}
