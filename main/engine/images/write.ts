import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { access, constants, open, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { NativaError } from '../../../native-models/errors.js';

const FULL = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);
const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'its folder does not exist',
  ENOTDIR: 'its folder is a file',
  EISDIR: 'it is a folder',
  ENOTFILE: 'it is a device or pipe, not a file',
  EACCES: 'writing there is not permitted',
  EPERM: 'writing there is not permitted',
  EROFS: 'the disk is read-only',
  ENAMETOOLONG: 'its name is too long',
  ELOOP: 'its links run in a circle',
};

/** Temporary files that exist now, so that none outlives the process. */
const pending = new Set<string>();

function removePending(): void {
  for (const path of pending) rmSync(path, { force: true });
}

function writeError(path: string, error: unknown): NativaError {
  if (error instanceof NativaError) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
  if (FULL.has(code)) {
    return new NativaError(
      'DISK_FULL',
      `There is no room left to write ${path}; free some space or choose another disk.`,
      { cause: error },
    );
  }
  return new NativaError(
    'OUTPUT_UNWRITABLE',
    `${path} cannot be written: ${REASONS[code] ?? code}; choose another place.`,
    { cause: error },
  );
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}

/** What a write has to replace: the file behind a link, and its permissions if it is there. */
async function target(path: string): Promise<{ path: string; mode: number | undefined }> {
  let real: string;
  try {
    real = await realpath(path);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return { path, mode: undefined };
    throw error;
  }
  const found = await stat(real);
  if (found.isDirectory()) throw Object.assign(new Error('a folder'), { code: 'EISDIR' });
  // a rename would put a file in a device's place
  if (!found.isFile()) throw Object.assign(new Error('a device'), { code: 'ENOTFILE' });
  await access(real, constants.W_OK);
  return { path: real, mode: found.mode & 0o777 };
}

/** Runs `use` with a new empty file beside `path`, which is gone afterwards unless renamed. */
async function withTemporary(
  path: string,
  use: (temporary: string) => Promise<void>,
): Promise<void> {
  // a short name of its own, since the target's may already be as long as names can be
  const temporary = join(dirname(path), `.nativa-${randomBytes(8).toString('hex')}.tmp`);
  if (pending.size === 0) process.once('exit', removePending);
  pending.add(temporary);
  try {
    await use(temporary);
  } finally {
    await rm(temporary, { force: true }).catch(() => undefined);
    pending.delete(temporary);
    if (pending.size === 0) process.removeListener('exit', removePending);
  }
}

/** Makes a rename last through a power cut, where the platform can sync folders. */
async function syncFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch {
    // Windows and some network disks cannot; the file itself is synced already
  }
}

/**
 * Writes a file whole or not at all: to a temporary file in the same folder, synced, then renamed
 * over the target. A link is followed, and an existing file's permissions are kept.
 * @param bytes all of them, or as they come
 * @throws NativaError OUTPUT_UNWRITABLE, DISK_FULL
 */
export async function writeFileAtomic(
  path: string,
  bytes: Uint8Array | AsyncIterable<Uint8Array>,
): Promise<void> {
  try {
    const { path: real, mode } = await target(path);
    await withTemporary(real, async (temporary) => {
      const file = await open(temporary, 'wx', mode ?? 0o666);
      try {
        if (mode !== undefined) await file.chmod(mode);
        await writeFile(file, bytes);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(temporary, real);
      await syncFolder(dirname(real));
    });
  } catch (error) {
    throw writeError(path, error);
  }
}

/**
 * Tells early, before minutes of work, that a file could not be written: the folder is there, a
 * file can be made in it, and what is there already may be replaced. Leaves nothing behind.
 * @throws NativaError OUTPUT_UNWRITABLE, DISK_FULL
 */
export async function checkWritable(path: string): Promise<void> {
  try {
    const { path: real } = await target(path);
    await withTemporary(real, async (temporary) => {
      await (await open(temporary, 'wx')).close();
    });
    // a name longer than the folder allows shows only when it is looked up
    await stat(real).catch((error: unknown) => {
      if (codeOf(error) !== 'ENOENT') throw error;
    });
  } catch (error) {
    throw writeError(path, error);
  }
}
