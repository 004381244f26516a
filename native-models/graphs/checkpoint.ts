import { realpath } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';

import { NativaError } from '../errors.js';
import { parameterLocations, readSafetensorsHeader } from './safetensors.js';
import type { TensorLocation, TensorMap } from './types.js';

/** The weights of a model, found but not read. */
export interface Checkpoint {
  /**
   * Real folder that the `file` of every location is relative to: what onnxruntime must be given
   * as `session.model_external_initializers_file_folder_path`.
   */
  readonly folder: string;
  readonly tensors: TensorMap;
}

/**
 * Reads the headers of a checkpoint of one or more `.safetensors` files. Links are followed here,
 * because onnxruntime refuses weights whose real path lies outside the folder it is given (a
 * download cache often holds nothing but links).
 * @param folder folder of the bundle
 * @param files weight files, relative to it
 * @throws NativaError FILE_NOT_FOUND, BAD_WEIGHTS (also where two files share a parameter's name)
 */
export async function openCheckpoint(
  folder: string,
  files: readonly string[],
): Promise<Checkpoint> {
  const paths = await Promise.all(files.map((file) => resolveLinks(join(folder, file))));
  const root = commonFolder(paths);
  const tensors = new Map<string, TensorLocation>();
  for (const path of paths) {
    const header = await readSafetensorsHeader(path);
    // ONNX wants forward slashes on every system.
    const file = relative(root, path).split(sep).join('/');
    for (const [name, location] of parameterLocations(header, file)) {
      if (tensors.has(name)) {
        const message = `The weights have a parameter "${name}" in two files, one of them ${path}; remove the one that is not part of this model.`;
        throw new NativaError('BAD_WEIGHTS', message);
      }
      tensors.set(name, location);
    }
  }
  return { folder: root, tensors };
}

async function resolveLinks(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (cause) {
    const message = `Cannot find the weights ${path}; check that the model's folder is complete.`;
    throw new NativaError('FILE_NOT_FOUND', message, { cause });
  }
}

/** The deepest folder that all files are below. */
function commonFolder(paths: readonly string[]): string {
  let folder = dirname(paths[0] ?? '.');
  for (const path of paths) {
    while (!path.startsWith(folder.endsWith(sep) ? folder : folder + sep)) folder = dirname(folder);
  }
  return folder;
}
