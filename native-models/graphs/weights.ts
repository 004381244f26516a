import { readTorchFile } from '../torch/index.js';
import type { TorchParameter } from '../torch/index.js';
import { isParameterType, parameterLocations, readSafetensorsHeader } from './safetensors.js';
import type { TensorLocation, TensorMap } from './types.js';

/** A file of weights, and what its parameters are called. */
export interface WeightFile {
  /** Where it is; relative to the folder of the checkpoint, or absolute. */
  readonly path: string;
  /** `torch` for what `torch.save` wrote; default by the ending of `path`. */
  readonly format?: WeightFormat | undefined;
  /** What goes before the names in the file to make the official ones, with the dot. */
  readonly prefix?: string | undefined;
}

/** Formats that weights can be read in. */
type WeightFormat = 'safetensors' | 'torch';

/** The format that a file's name tells of. */
export function weightFormat(name: string): WeightFormat {
  return /\.(pth|pt|bin)$/i.test(name) ? 'torch' : 'safetensors';
}

/**
 * The parameters of one file under their official names, never their data. Of a file of PyTorch's
 * only those that can be read where they lie.
 * @param file what locations call it
 * @throws NativaError FILE_NOT_FOUND, BAD_WEIGHTS, UNSAFE_WEIGHTS
 */
export async function readParameters(
  path: string,
  file: string,
  { format = 'safetensors', prefix = '' }: Pick<WeightFile, 'format' | 'prefix'>,
): Promise<TensorMap> {
  const tensors =
    format === 'torch'
      ? torchLocations(await readTorchFile(path), file)
      : parameterLocations(await readSafetensorsHeader(path), file);
  if (prefix === '') return tensors;
  return new Map([...tensors].map(([name, location]) => [prefix + name, location]));
}

function torchLocations(
  { tensors }: { readonly tensors: ReadonlyMap<string, TorchParameter> },
  file: string,
): TensorMap {
  const found = new Map<string, TensorLocation>();
  for (const [name, { dtype, shape, offset, length, contiguous }] of tensors) {
    if (contiguous && isParameterType(dtype)) {
      found.set(name, { file, dtype, shape, offset, length });
    }
  }
  return found;
}
