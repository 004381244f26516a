export { GraphBuilder, MICROSOFT } from './graph-builder.js';
export type { ArithmeticOptions, ProductType, RowRange, Value } from './graph-builder.js';
export {
  conv2d,
  embedding,
  layerNorm,
  layerNormWith,
  linear,
  linearRows,
  matMulTransposed,
  pointwise,
  rmsNorm,
  rmsNormWith,
} from './layers.js';
export type { Modulation } from './layers.js';
export { float } from './proto.js';
