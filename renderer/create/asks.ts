/** What is typed and set in the bar and the panel of a document, and not run yet. */
import { z } from 'zod';
import { tokenScaleSchema } from '../../preload/models.js';
import type { ConsistencyState } from '../state/consistency.svelte.js';
import type { CreateState } from '../state/create.svelte.js';

const number = z.number();
const part = number.min(0).max(1);
/** How strongly a picture enters. */
export const strengthsSchema = z.strictObject({
  semantics: part,
  appearance: part,
  structure: part,
});

export const asksSchema = z.strictObject({
  prompt: z.string().max(60_000),
  mode: z.enum(['generate', 'edit']),
  target: z.enum(['picture', 'layer']),
  count: z.int().min(1).max(4),
  steps: z.int().min(1).max(1000).nullable(),
  guidanceScale: number.nullable(),
  imageGuidanceScale: number.nullable(),
  tokens: tokenScaleSchema.nullable(),
  aspect: number.positive().nullable(),
  keep: part,
  strengths: strengthsSchema.nullable(),
  lockTokens: z.boolean(),
  seedLocked: z.boolean(),
  seed: z.int().min(0),
});
export type Asks = z.output<typeof asksSchema>;

/** Who has it. */
interface Asking {
  readonly create: CreateState;
  readonly consistency: ConsistencyState;
}

/** What is asked for now. */
export function asksOf({ create, consistency }: Asking): Asks {
  const { prompt, mode, target, count, steps, guidanceScale, imageGuidanceScale } = create;
  const { tokens, aspect } = create;
  const { keep, strengths, lockTokens, seedLocked, seed } = consistency;
  return {
    ...{ prompt, mode, target, count, steps, guidanceScale, imageGuidanceScale, tokens, aspect },
    ...{ keep, strengths: strengths && { ...strengths }, lockTokens, seedLocked, seed },
  };
}

/** Puts it back. */
export function restoreAsks({ create, consistency }: Asking, asks: Asks): void {
  const { prompt, mode, target, count, steps, guidanceScale, imageGuidanceScale } = asks;
  const { tokens, aspect, keep, strengths, lockTokens, seedLocked, seed } = asks;
  Object.assign(create, {
    ...{ prompt, mode, target, count, steps, guidanceScale, imageGuidanceScale, tokens, aspect },
  });
  Object.assign(consistency, { keep, strengths, lockTokens, seedLocked, seed });
}
