/** The one line that `--json` prints when pictures were made. */
import { z } from 'zod';

const region = z.object({ pixels: z.number(), identical: z.boolean(), maxAbs: z.number() });

export const resultSchema = z.object({
  ok: z.literal(true),
  files: z.array(z.string()),
  model: z.string(),
  seed: z.number(),
  provider: z.literal('cpu'),
  timings: z.object({
    load: z.number(),
    encode: z.number(),
    tokens: z.number(),
    denoise: z.number(),
    decode: z.number(),
    total: z.number(),
  }),
  notices: z.array(z.string()),
  drift: z.object({ region: z.string(), outside: region.nullable() }).optional(),
});
