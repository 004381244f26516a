import { realpath } from 'node:fs/promises';
import { dirname, relative, resolve, sep } from 'node:path';

import { NativaError } from '../errors.js';
import type { TensorLocation, TensorMap } from './types.js';
import { readParameters, weightFormat } from './weights.js';
import type { WeightFile } from './weights.js';

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
 * Reads the headers of a checkpoint of one or more files. Links are followed here,
 * because onnxruntime refuses weights whose real path lies outside the folder it is given (a
 * download cache often holds nothing but links).
 * @param folder folder of the bundle
 * @param files weight files, relative to it or absolute
 * @throws NativaError FILE_NOT_FOUND, UNSAFE_WEIGHTS, BAD_WEIGHTS (also where two files share a
 *   parameter's name, or lie on different drives)
 */
export async function openCheckpoint(
  folder: string,
  files: readonly (string | WeightFile)[],
): Promise<Checkpoint> {
  const described = files.map((file) => (typeof file === 'string' ? { path: file } : file));
  const found = await Promise.all(
    described.map(async ({ path, format = weightFormat(path), prefix }) => {
      return { path: await resolveLinks(resolve(folder, path)), format, prefix };
    }),
  );
  const root = commonFolder(found.map(({ path }) => path));
  const tensors = new Map<string, TensorLocation>();
  for (const { path, ...as } of found) {
    // ONNX wants forward slashes on every system.
    const file = relative(root, path).split(sep).join('/');
    for (const [name, location] of await readParameters(path, file, as)) {
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
    while (!path.startsWith(folder.endsWith(sep) ? folder : folder + sep)) {
      if (dirname(folder) === folder) {
        const message = `The weights ${path} are on another drive than the rest of the model; move them to the same one.`;
        throw new NativaError('BAD_WEIGHTS', message);
      }
      folder = dirname(folder);
    }
  }
  return folder;
}
