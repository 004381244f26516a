/** Linear layers whose weights are stored as codes of a few bits. */
import { MICROSOFT } from './graph-builder.js';
import type { GraphBuilder, Value } from './graph-builder.js';
import type { TensorMap } from '../types.js';
import type { LinearOptions } from './layers.js';

/** Inputs of a layer that share one scale. */
export const BLOCK_SIZE = 32;

/** Bits that a code may have. */
export const CODE_BITS = [4, 8] as const;
export type CodeBits = (typeof CODE_BITS)[number];

/**
 * onnxruntime's level at which activations are rounded to 8 bits as well, block by block, for
 * products of integers: with exact ones 8-bit codes are slower than the numbers they stand for.
 */
const INTEGER_PRODUCTS = 4;

/** Where a layer's codes are: `${prefix}.weight.codes`, uint8 [outFeatures, blocks, bytes]. */
export const CODES = '.codes';
/** Where their scales are: `${prefix}.weight.scales`, [outFeatures, blocks]. */
export const SCALES = '.scales';

/**
 * `torch.nn.Linear` by onnxruntime's MatMulNBits, if the checkpoint has its weight as codes:
 * weight = (code - 2^(bits - 1)) * scale of its block. undefined if it has it as numbers.
 * @throws NativaError MISSING_PARAMETER, CONFIG_WEIGHTS_MISMATCH
 */
export function quantizedLinear(
  g: GraphBuilder,
  x: Value,
  prefix: string,
  { inFeatures, outFeatures, bias, rows }: LinearOptions,
): Value | undefined {
  const name = `${prefix}.weight${CODES}`;
  const stored = g.tensors.get(name);
  if (stored === undefined) return undefined;
  const blocks = Math.ceil(inFeatures / BLOCK_SIZE);
  const bits = storedBits(stored.shape);
  const shape = [outFeatures, blocks, (BLOCK_SIZE * bits) / 8];
  const codes = g.storedParameter(name, shape, rows);
  const scales = g.parameter(`${prefix}.weight${SCALES}`, [outFeatures, blocks], rows);
  const shift = bias ? g.parameter(`${prefix}.bias`, [outFeatures], rows) : undefined;
  const attributes = {
    K: inFeatures,
    N: rows === undefined ? outFeatures : rows.end - rows.start,
    bits,
    block_size: BLOCK_SIZE,
    accuracy_level: INTEGER_PRODUCTS,
  };
  const inputs = [x, codes, scales, undefined, undefined, shift];
  return g.op('MatMulNBits', inputs, attributes, { domain: MICROSOFT, name: prefix });
}

/** Whether any layer of a checkpoint has its weight as codes. */
export function isQuantized(tensors: TensorMap): boolean {
  return [...tensors.keys()].some((name) => name.endsWith(CODES));
}

/** Bits of a code, told by the bytes of a block. */
function storedBits(shape: readonly number[]): CodeBits {
  return shape[2] === BLOCK_SIZE ? 8 : 4;
}
