/** Tensors of a `ta_tok.pth` that a graph cannot read where they lie, written out in order. */
import { open } from 'node:fs/promises';

import { encodeSafetensorsHeader, readExactly } from '../graphs/safetensors.js';
import type { WrittenTensor } from '../graphs/safetensors.js';
import type { ParameterType } from '../graphs/index.js';
import type { TorchFile, TorchParameter } from '../torch/index.js';

/** Types that are kept; wider ones become float32. */
const KEPT: Readonly<Record<string, ParameterType>> = {
  F64: 'F32',
  F32: 'F32',
  F16: 'F16',
  BF16: 'BF16',
};
const BYTES: Readonly<Record<string, number>> = { F64: 8, F32: 4, F16: 2, BF16: 2 };

/** Names of the float tensors that are not one behind the other, or are doubles. */
export function strayNames(file: TorchFile): string[] {
  return [...file.tensors]
    .filter(([, { dtype, contiguous }]) => dtype in KEPT && (!contiguous || dtype === 'F64'))
    .map(([name]) => name);
}

/**
 * A `.safetensors` of the tensors named, rows first.
 * @param path of the file they are in
 */
export async function strayWeights(
  path: string,
  file: TorchFile,
  names: readonly string[],
): Promise<Uint8Array> {
  const written: WrittenTensor[] = [];
  const data: Uint8Array[] = [];
  const handle = await open(path, 'r');
  try {
    for (const name of names) {
      const tensor = file.tensors.get(name);
      if (tensor === undefined) continue;
      const span = spanOf(tensor) * (BYTES[tensor.dtype] ?? 0);
      const values = gather(tensor, await readExactly(handle, tensor.offset, span, path));
      const dtype = KEPT[tensor.dtype] ?? 'F32';
      written.push({ name, dtype, shape: tensor.shape, length: values.length });
      data.push(values);
    }
  } finally {
    await handle.close();
  }
  return Buffer.concat([encodeSafetensorsHeader(written), ...data]);
}

/** Elements from the first to the last, both included. */
function spanOf({ shape, stride }: TorchParameter): number {
  if (shape.includes(0)) return 0;
  return shape.reduce((sum, size, axis) => sum + (size - 1) * (stride[axis] ?? 0), 1);
}

function gather({ dtype, shape, stride }: TorchParameter, bytes: Uint8Array): Uint8Array {
  const size = BYTES[dtype] ?? 0;
  const count = shape.reduce((product, length) => product * length, 1);
  const packed = new Uint8Array(count * size);
  const index = shape.map(() => 0);
  let from = 0;
  for (let element = 0; element < count; element += 1) {
    packed.set(bytes.subarray(from * size, (from + 1) * size), element * size);
    for (let axis = shape.length - 1; axis >= 0; axis -= 1) {
      const step = stride[axis] ?? 0;
      index[axis] = (index[axis] ?? 0) + 1;
      from += step;
      if ((index[axis] ?? 0) < (shape[axis] ?? 0)) break;
      from -= step * (shape[axis] ?? 0);
      index[axis] = 0;
    }
  }
  return dtype === 'F64' ? new Uint8Array(Float32Array.from(doubles(packed)).buffer) : packed;
}

function doubles(bytes: Uint8Array): Float64Array {
  return new Float64Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 8);
}
