/** What Git leaves in place of a large file that it was not asked to fetch. */
import { NativaError } from './errors.js';

const BEGINNING = Buffer.from('version https://git-lfs.github.com/spec/');

/** Bytes of a file's beginning that tell a pointer. */
export const POINTER_BYTES = BEGINNING.length;

/**
 * Sees that a file is itself and no pointer of Git LFS to it.
 * @param start the file's first bytes, at least {@link POINTER_BYTES} where it has as many
 * @throws NativaError LFS_POINTER
 */
export function refusePointer(start: Uint8Array, path: string): void {
  if (!BEGINNING.equals(start.subarray(0, BEGINNING.length))) return;
  const message = `${path} is not the file itself but what Git leaves in its place: run "git lfs pull" in its folder, or download the file.`;
  throw new NativaError('LFS_POINTER', message);
}
