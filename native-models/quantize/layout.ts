/** What becomes codes, and where everything goes in the new weight files: no I/O. */
import { BLOCK_SIZE, CODES, SCALES } from '../graphs/onnx/quantized.js';
import type { CodeBits } from '../graphs/onnx/quantized.js';
import { encodeSafetensorsHeader } from '../graphs/safetensors.js';
import type { ParameterType, TensorLocation, TensorMap } from '../graphs/index.js';

/** Network whose linear layers are quantised. */
export type QuantizedNetwork = 'ar' | 'transformer';

/**
 * The linear layers of the AR and the diffusion model that hold nearly all of their weights. What is
 * small and steers everything (norms, the step's embedding, first and last layer of the diffusion
 * model) stays as it is, and so do vision tokenizer and autoencoder, whose work is pixels.
 */
const LINEARS: readonly (readonly [QuantizedNetwork, RegExp])[] = [
  ['ar', /^model\.layers\.\d+\.(self_attn\.[qkvo]_proj|mlp\.(gate|up|down)_proj)\.weight$/],
  ['ar', /^lm_head\.weight$/],
  ['transformer', /^model\.diffusion_connector\.[02]\.weight$/],
  ['transformer', /^model\.sana\.caption_projection\.linear_[12]\.weight$/],
  ['transformer', /^model\.sana\.transformer_blocks\.\d+\.attn[12]\.(to_[qkv]|to_out\.0)\.weight$/],
  ['transformer', /^model\.sana\.transformer_blocks\.\d+\.ff\.conv_(inverted|point)\.weight$/],
];

/** The network whose linear layer this is, undefined for what stays as it is. */
function networkOf(name: string, { dtype, shape }: TensorLocation): QuantizedNetwork | undefined {
  const square = shape.slice(2).every((size) => size === 1);
  if (dtype === 'U8' || shape.length < 2 || !square) return undefined;
  return LINEARS.find(([, pattern]) => pattern.test(name))?.[0];
}

/** One tensor of a new file. */
export interface PlannedTensor {
  readonly name: string;
  readonly dtype: ParameterType;
  readonly shape: readonly number[];
  readonly length: number;
}

/** What is done with one tensor of the old files. */
export type Step =
  | { readonly kind: 'copy'; readonly from: TensorLocation; readonly tensor: PlannedTensor }
  | {
      readonly kind: 'quantize';
      /** Of the weight. */
      readonly name: string;
      readonly from: TensorLocation;
      readonly network: QuantizedNetwork;
      readonly codes: PlannedTensor;
      readonly scales: PlannedTensor;
    };

/** The steps that make a quantised copy, in the order of the old files. */
export function planSteps(tensors: TensorMap, bits: CodeBits): Step[] {
  const sorted = [...tensors].sort(
    ([, a], [, b]) => a.file.localeCompare(b.file) || a.offset - b.offset,
  );
  return sorted.map(([name, from]) => {
    const network = networkOf(name, from);
    if (network === undefined) {
      const { dtype, shape, length } = from;
      return { kind: 'copy', from, tensor: { name, dtype, shape, length } };
    }
    const { rows, inFeatures } = matrixOf(from);
    const blocks = Math.ceil(inFeatures / BLOCK_SIZE);
    const bytes = (BLOCK_SIZE * bits) / 8;
    return {
      kind: 'quantize',
      name,
      from,
      network,
      codes: planned(`${name}${CODES}`, 'U8', [rows, blocks, bytes], 1),
      scales: planned(`${name}${SCALES}`, 'F16', [rows, blocks], 2),
    };
  });
}

/** Rows and columns of a linear layer's weight. */
export function matrixOf({ shape }: TensorLocation): {
  readonly rows: number;
  readonly inFeatures: number;
} {
  return { rows: shape[0] ?? 0, inFeatures: shape[1] ?? 0 };
}

function planned(
  name: string,
  dtype: ParameterType,
  shape: readonly number[],
  size: number,
): PlannedTensor {
  return { name, dtype, shape, length: shape.reduce((product, dim) => product * dim, size) };
}

/** Tensors of a step, in the order in which they are written. */
export function writtenBy(step: Step): readonly PlannedTensor[] {
  return step.kind === 'copy' ? [step.tensor] : [step.codes, step.scales];
}

/** A `.safetensors` to be: what it begins with, and where each tensor's bytes go. */
export interface FileLayout {
  readonly header: Uint8Array;
  readonly offsets: ReadonlyMap<string, number>;
  /** Bytes of the whole file. */
  readonly size: number;
}

const ELEMENT_BYTES: Readonly<Record<ParameterType, number>> = { F32: 4, F16: 2, BF16: 2, U8: 1 };

/** Lays tensors out with the widest types first, so that all are aligned. */
export function layOut(tensors: readonly PlannedTensor[]): FileLayout {
  const sorted = [...tensors].sort((a, b) => ELEMENT_BYTES[b.dtype] - ELEMENT_BYTES[a.dtype]);
  const header = encodeSafetensorsHeader(sorted);
  const offsets = new Map<string, number>();
  let end = header.length;
  for (const { name, length } of sorted) {
    offsets.set(name, end);
    end += length;
  }
  return { header, offsets, size: end };
}
