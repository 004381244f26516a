/** What is said between `svg.ts` and the process that draws. */
import { z } from 'zod';

/** A drawing to be drawn. */
export const svgDrawing = z.object({ svg: z.string(), maxPixels: z.int().min(1) });
export type SvgDrawing = z.output<typeof svgDrawing>;

/** Raw RGBA with straight alpha, or why there is none. */
export const svgAnswer = z.discriminatedUnion('ok', [
  z.object({
    ok: z.literal(true),
    width: z.int().min(1),
    height: z.int().min(1),
    data: z.instanceof(Uint8Array),
  }),
  z.object({ ok: z.literal(false), message: z.string() }),
]);
export type SvgAnswer = z.output<typeof svgAnswer>;
