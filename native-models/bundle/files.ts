import { realpath, stat, readFile } from 'node:fs/promises';
import { isAbsolute, join, relative } from 'node:path';
import { NativaError } from '../errors.js';
import { refusePointer } from '../lfs-pointer.js';

/** `code` of a system error, such as ENOENT; undefined for anything else. */
export function systemErrorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined;
}

/** True when `path` is `folder` or lies below it; both absolute and free of links. */
export function isInside(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way === '' || (!way.startsWith('..') && !isAbsolute(way));
}

/**
 * The real, absolute place of a bundle's file, links followed.
 *
 * @param dir the bundle's folder, already a real path
 * @param path the name the manifest gives
 * @param elsewhere where the manifest says the file is, if that is outside the folder
 * @throws {NativaError} BUNDLE_FILE_MISSING, or BUNDLE_INVALID when a link leads out of the folder
 *   or the name is not a file's
 */
export async function resolveBundleFile(
  dir: string,
  path: string,
  elsewhere?: string,
): Promise<string> {
  let real: string;
  try {
    real = await realpath(elsewhere ?? join(dir, path));
  } catch (error) {
    const what =
      elsewhere === undefined
        ? `lacks its file ${path}: copy or download the model again.`
        : `uses ${elsewhere}, which is gone: put it back, or import the model again.`;
    throw new NativaError('BUNDLE_FILE_MISSING', `The model in ${dir} ${what}`, { cause: error });
  }
  if (elsewhere !== undefined ? !isAbsolute(elsewhere) : !isInside(dir, real)) {
    throw new NativaError(
      'BUNDLE_INVALID',
      `${path} of the model in ${dir} is a link that leads out of its folder: ` +
        'put the file itself in the folder.',
    );
  }
  if (!(await stat(real)).isFile()) {
    throw new NativaError(
      'BUNDLE_INVALID',
      `${path} of the model in ${dir} is not a file: copy or download the model again.`,
    );
  }
  return real;
}

/**
 * Reads a JSON file of at most `limit` bytes.
 *
 * @throws {NativaError} BUNDLE_INVALID when it is larger, not a file, not UTF-8 or not JSON;
 *   LFS_POINTER
 */
export async function readJson(path: string, limit: number): Promise<unknown> {
  const found = await stat(path);
  if (!found.isFile()) {
    throw new NativaError(
      'BUNDLE_INVALID',
      `${path} is not a file: copy or download the model again.`,
    );
  }
  if (found.size > limit) {
    throw new NativaError(
      'BUNDLE_INVALID',
      `${path} is larger than the ${limit} bytes a file of its kind may have: ` +
        'copy or download the model again.',
    );
  }
  const bytes = await readFile(path);
  refusePointer(bytes, path);
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    throw new NativaError(
      'BUNDLE_INVALID',
      `${path} cannot be read as JSON: copy or download the model again.`,
      { cause: error },
    );
  }
}

/** A file's content as the file system tells it; any rewrite changes it. */
export interface FileIdentity {
  readonly size: string;
  readonly mtimeNs: string;
  readonly ino: string;
}

/** Asks the file system what a file is now. */
export async function identifyFile(path: string): Promise<FileIdentity> {
  const { size, mtimeNs, ino } = await stat(path, { bigint: true });
  return { size: size.toString(), mtimeNs: mtimeNs.toString(), ino: ino.toString() };
}
