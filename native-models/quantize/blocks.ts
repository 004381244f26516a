/** Block-wise quantisation of the rows of a weight, as onnxruntime's MatMulNBits reads it. */
import { BLOCK_SIZE } from '../graphs/onnx/quantized.js';
import type { CodeBits } from '../graphs/onnx/quantized.js';
import { fromHalf, toHalf } from './numbers.js';

/** Rows of a weight as codes. */
export interface QuantizedRows {
  /** [rows, blocks, BLOCK_SIZE * bits / 8]; of two codes in a byte the first has the low bits. */
  readonly codes: Uint8Array<ArrayBuffer>;
  /** binary16, [rows, blocks]. */
  readonly scales: Uint16Array<ArrayBuffer>;
  /** Sum of the squares of what was lost. */
  readonly squaredError: number;
  /** Sum of the squares of the numbers themselves. */
  readonly squaredSum: number;
}

/**
 * Scales that are tried for a block, as shares of the one that just reaches its largest number:
 * cutting off a rare large one can cost less than what finer steps gain. Eight bits are fine enough.
 */
const SHARES: Readonly<Record<CodeBits, readonly number[]>> = {
  4: [1, 0.94, 0.88, 0.82],
  8: [1],
};

/**
 * Quantises rows [rows, inFeatures]: symmetric, one scale for every `BLOCK_SIZE` inputs, of the
 * scales tried the one of least squared error. The largest number of a block gets the lowest code,
 * which reaches one further than the highest. A last block that is short is filled with zeros.
 */
export function quantizeRows(
  values: Float32Array,
  inFeatures: number,
  bits: CodeBits,
): QuantizedRows {
  const rows = values.length / inFeatures;
  const blocks = Math.ceil(inFeatures / BLOCK_SIZE);
  const bytes = (BLOCK_SIZE * bits) / 8;
  const codes = new Uint8Array(rows * blocks * bytes);
  const scales = new Uint16Array(rows * blocks);
  const block = new Float32Array(BLOCK_SIZE);
  let squaredError = 0;
  let squaredSum = 0;
  for (let index = 0; index < rows * blocks; index++) {
    const start = Math.floor(index / blocks) * inFeatures + (index % blocks) * BLOCK_SIZE;
    const end = Math.floor(index / blocks) * inFeatures + inFeatures;
    block.fill(0);
    block.set(values.subarray(start, Math.min(end, start + BLOCK_SIZE)));
    const best = chooseScale(block, bits);
    scales[index] = best.scale;
    writeCodes(block, fromHalf(best.scale), bits, codes.subarray(index * bytes));
    squaredError += best.error;
    for (const value of block) squaredSum += value * value;
  }
  return { codes, scales, squaredError, squaredSum };
}

function chooseScale(
  block: Float32Array,
  bits: CodeBits,
): { readonly scale: number; readonly error: number } {
  let largest = 0;
  for (const value of block) if (Math.abs(value) > Math.abs(largest)) largest = value;
  const whole = largest / -(2 ** (bits - 1));
  let best = { scale: 0, error: Number.POSITIVE_INFINITY };
  for (const share of SHARES[bits]) {
    const scale = toHalf(whole * share);
    const error = blockError(block, fromHalf(scale), bits);
    if (error < best.error) best = { scale, error };
  }
  return best;
}

/** The code of a number, 0 to 2^bits - 1. */
function codeOf(value: number, scale: number, bits: CodeBits): number {
  const middle = 2 ** (bits - 1);
  if (scale === 0) return middle;
  return Math.min(2 * middle - 1, Math.max(0, Math.round(value / scale) + middle));
}

function blockError(block: Float32Array, scale: number, bits: CodeBits): number {
  const middle = 2 ** (bits - 1);
  let sum = 0;
  for (const value of block) sum += (value - (codeOf(value, scale, bits) - middle) * scale) ** 2;
  return sum;
}

function writeCodes(block: Float32Array, scale: number, bits: CodeBits, target: Uint8Array): void {
  for (let i = 0; i < BLOCK_SIZE; i++) {
    const code = codeOf(block[i] ?? 0, scale, bits);
    if (bits === 8) target[i] = code;
    else target[i >> 1] = (target[i >> 1] ?? 0) | (code << (4 * (i & 1)));
  }
}
