import type { RunContext } from '../context.js';
import type { ResultImage } from '../events.js';
import type { Model } from '../model.js';
import type { EditPlan } from '../plan.js';

export async function edit(m: Model, p: EditPlan, c: RunContext): Promise<ResultImage[]> {
  throw new Error(`${m.hash}${p.kind}${c.signal.aborted}`);
}
