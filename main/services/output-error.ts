/** What quantising costs in what the networks say, measured in a process of its own. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

import type { OutputError } from '../engine/output-error.js';
import { firstLine } from './providers.js';

const outputErrorSchema = z.strictObject({
  ar: z.number().min(0),
  sameCode: z.number().min(0).max(1),
  denoiser: z.number().min(0),
}) satisfies z.ZodType<OutputError>;

/** The figures, or why there are none: too little memory for the original, for instance. */
export type MeasuredOutputs = OutputError | { readonly failed: string };

/**
 * Measures a quantised copy against its original.
 * @param original folder of the model, and `copy` that of its quantised copy
 */
export function measureOutputs(
  original: string,
  copy: string,
  signal: AbortSignal,
): Promise<MeasuredOutputs> {
  const script = fileURLToPath(new URL('./measure-outputs.js', import.meta.url));
  return new Promise((resolve) => {
    execFile(process.execPath, [script, original, copy], { signal }, (error, stdout, stderr) => {
      if (signal.aborted) {
        // The copy is there all the same.
        resolve({ failed: 'it was stopped' });
        return;
      }
      try {
        if (error === null) {
          resolve(outputErrorSchema.parse(JSON.parse(stdout)));
          return;
        }
      } catch {
        // Said below.
      }
      resolve({ failed: firstLine(stdout) || firstLine(stderr) || 'the process ended early' });
    });
  });
}
