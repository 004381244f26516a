/** Pictures at the engine's edges: reading, fitting to the model, compositing, measuring, writing. */
export { changeMap } from './change-map.js';
export { composite } from './composite.js';
export { MAX_PIXELS, decodeImage, decodeRgba } from './decode.js';
export { measureDrift } from './drift.js';
export { encodeImage, encodePng, outputFormat } from './encode.js';
export { fromModelPixels, planFit, toModelPixels, type FitMode, type FitPlan } from './fit.js';
export { decodeMask, featherMask, latentMask, tokenMask, toSourceMask } from './mask.js';
export { dilate } from './morphology.js';
export { readFileRecipe, readRecipe, type JsonObject } from './metadata.js';
export { fromProfile } from './profile.js';
export { applyRegistration, register } from './register.js';
export { toRgba, withoutOpaqueAlpha } from './rgba.js';
export { sniffFormat } from './sniff.js';
export { rasteriseSvg, type SvgOptions } from './svg.js';
export { thumbnail } from './thumbnail.js';
export type { DecodedImage, Mask, Pixels } from './types.js';
export { checkWritable, writeFileAtomic } from './write.js';
