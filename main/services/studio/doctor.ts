import type { Answer } from '../../../preload/contract.js';
import { examine, explainMissing } from '../doctor.js';
import type { ScriptRunner } from '../doctor.js';
import type { Messages } from '../i18n/index.js';

/** What the studio shows of this machine. */
export async function doctorReport(
  messages: Messages,
  run?: ScriptRunner,
): Promise<Answer<'doctor.report'>> {
  const { providers, memory } = await examine(run);
  return {
    providers: providers.map(({ name, available, reason }) => ({
      name,
      available,
      reason: reason === undefined ? null : explainMissing(reason, messages),
    })),
    memoryTotal: memory.limit ?? memory.total,
    memoryFree: Math.min(memory.free, memory.limit ?? memory.free),
  };
}
