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
 *
 * Billions of numbers go through here: no objects, closures or powers in what is done for each.
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
  const block = new Float64Array(BLOCK_SIZE);
  const middle = 2 ** (bits - 1);
  let squaredError = 0;
  let squaredSum = 0;
  for (let index = 0; index < rows * blocks; index++) {
    const row = Math.floor(index / blocks);
    const start = row * inFeatures + (index - row * blocks) * BLOCK_SIZE;
    squaredSum += readBlock(values, start, (row + 1) * inFeatures, block);
    const whole = largestOf(block) / -middle;
    let best = 0;
    let least = Number.POSITIVE_INFINITY;
    for (const share of SHARES[bits]) {
      const scale = toHalf(whole * share);
      const error = blockError(block, fromHalf(scale), middle);
      if (error < least) [best, least] = [scale, error];
    }
    scales[index] = best;
    squaredError += least;
    if (bits === 8) writeBytes(block, fromHalf(best), codes, index * bytes);
    else writeNibbles(block, fromHalf(best), codes, index * bytes);
  }
  return { codes, scales, squaredError, squaredSum };
}

/** Copies a block, filled with zeros from `end` on; returns the sum of its squares. */
function readBlock(values: Float32Array, start: number, end: number, block: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < BLOCK_SIZE; i++) {
    const value = start + i < end ? (values[start + i] ?? 0) : 0;
    block[i] = value;
    sum += value * value;
  }
  return sum;
}

function largestOf(block: Float64Array): number {
  let largest = 0;
  for (let i = 0; i < BLOCK_SIZE; i++) {
    const value = block[i] ?? 0;
    if (Math.abs(value) > Math.abs(largest)) largest = value;
  }
  return largest;
}

/** Added and taken away again, it rounds a small number to the nearest whole one, ties to even. */
const ROUNDER = 1.5 * 2 ** 52;

/** The code of a number without its middle, -middle to middle - 1. */
function levelOf(value: number, inverse: number, middle: number): number {
  const level = value * inverse + ROUNDER - ROUNDER;
  if (level < -middle) return -middle;
  return level < middle ? level : middle - 1;
}

/** One over a scale; 0 for 0, so that all levels are 0. */
function inverseOf(scale: number): number {
  return scale === 0 ? 0 : 1 / scale;
}

/** Sum of the squares of what a block loses with a scale. */
function blockError(block: Float64Array, scale: number, middle: number): number {
  const inverse = inverseOf(scale);
  const [lowest, highest] = [-middle, middle - 1];
  let sum = 0;
  for (let i = 0; i < block.length; i++) {
    const value = block[i] ?? 0;
    const level = value * inverse + ROUNDER - ROUNDER;
    const lost = value - (level < lowest ? lowest : level < highest ? level : highest) * scale;
    sum += lost * lost;
  }
  return sum;
}

function writeBytes(block: Float64Array, scale: number, target: Uint8Array, at: number): void {
  const inverse = inverseOf(scale);
  for (let i = 0; i < BLOCK_SIZE; i++) target[at + i] = levelOf(block[i] ?? 0, inverse, 128) + 128;
}

function writeNibbles(block: Float64Array, scale: number, target: Uint8Array, at: number): void {
  const inverse = inverseOf(scale);
  for (let i = 0; i < BLOCK_SIZE; i += 2) {
    const low = levelOf(block[i] ?? 0, inverse, 8) + 8;
    const high = levelOf(block[i + 1] ?? 0, inverse, 8) + 8;
    target[at + i / 2] = low | (high << 4);
  }
}
