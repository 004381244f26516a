/** Pictures at the engine's edges: reading, fitting to the model, compositing, measuring, writing. */
export { changeMap, keepOnlyChanged, type ChangeMap, type OnlyChanged } from './change-map.js';
export { composite, type CompositeOptions } from './composite.js';
export { decodeImage, MAX_PIXELS } from './decode.js';
export { measureDrift, type DriftReport } from './drift.js';
export { encodeImage, encodePng, outputFormat, type OutputFormat } from './encode.js';
export {
  fromModelPixels,
  planFit,
  toModelBytes,
  toModelPixels,
  toSourcePixels,
  type FitMode,
  type FitPlan,
} from './fit.js';
export { decodeMask, featherMask, latentMask, tokenMask, toSourceMask } from './mask.js';
export { readFileRecipe, readRecipe, withRecipe, type JsonObject } from './metadata.js';
export { applyRegistration, register, type Registration } from './register.js';
export type { DecodedImage, ImageInput, Mask, Pixels, Size } from './types.js';
export { checkWritable, writeFileAtomic } from './write.js';
