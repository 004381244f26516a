export { GraphBuilder, MICROSOFT } from './graph-builder.js';
export type { NodeOptions, OperatorSet, RowRange, Value } from './graph-builder.js';
export {
  conv2d,
  embedding,
  layerNorm,
  linear,
  matMulTransposed,
  rmsNorm,
  rmsNormWith,
} from './layers.js';
export type { Conv2dOptions, LinearOptions } from './layers.js';
export { float } from './proto.js';
export type { Attributes, AttributeValue } from './proto.js';
