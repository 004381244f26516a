import { setImmediate as nextTurn } from 'node:timers/promises';

import { NativaError } from '../../native-models/errors.js';

/** Error of a request that its owner took back. */
export function cancelled(): NativaError {
  return new NativaError('CANCELLED', 'The request was cancelled; nothing was changed.');
}

/**
 * Lets waiting messages in, a cancel among them, then stops if there was one. Network runs block
 * the process, so every loop calls this once per step.
 * @throws NativaError CANCELLED
 */
export async function checkpoint(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await nextTurn();
  if (signal.aborted) throw cancelled();
}
