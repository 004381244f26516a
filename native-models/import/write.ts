import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { MANIFEST_FILE, sweepStaging, systemErrorCode } from '../bundle/index.js';
import { NativaError } from '../errors.js';
import { placeOf } from './collect.js';
import { WRITTEN } from './survey.js';

/** Files that are written beside the weights, by their names in the bundle. */
type Written = ReadonlyMap<string, Uint8Array>;

const STAGING = '.nativa-import-';

/**
 * Sees that there is room and leave to write in a folder: before hours of work, not after. Takes
 * away what an import that was killed may have left.
 * @param reserve bytes of the manifest
 * @throws NativaError DISK_FULL, FOLDER_UNWRITABLE
 */
export async function rehearse(dir: string, written: Written, reserve: number): Promise<void> {
  await sweepStaging(dir, STAGING);
  const staging = await stage(dir, written, Buffer.alloc(reserve));
  await rm(staging, { recursive: true, force: true });
}

/**
 * Makes a folder a bundle: the files it was short of appear together, and the manifest, which makes
 * it one, last. Whatever stops this, the folder is as before or whole.
 * @throws NativaError DISK_FULL, FOLDER_UNWRITABLE
 */
export async function publish(dir: string, written: Written, manifest: string): Promise<void> {
  const staging = await stage(dir, written, Buffer.from(manifest));
  const target = join(dir, WRITTEN);
  const aside = `${staging}-before`;
  const had = await rename(target, aside).then(
    () => true,
    () => false,
  );
  try {
    await rename(join(staging, WRITTEN), target);
    await rename(join(staging, MANIFEST_FILE), join(dir, MANIFEST_FILE));
  } catch (error) {
    await rm(target, { recursive: true, force: true });
    if (had) await rename(aside, target);
    await rm(staging, { recursive: true, force: true });
    throw explain(dir, error);
  }
  await rm(staging, { recursive: true, force: true });
  await rm(aside, { recursive: true, force: true });
}

/** Writes everything to a hidden folder, and through to the disk. */
async function stage(dir: string, written: Written, manifest: Uint8Array): Promise<string> {
  const staging = join(dir, `${STAGING}${process.pid}`);
  try {
    await rm(staging, { recursive: true, force: true });
    for (const [name, bytes] of written) {
      await writeThrough(placeOf(join(staging, WRITTEN), name), bytes);
    }
    await writeThrough(join(staging, MANIFEST_FILE), manifest);
  } catch (error) {
    await rm(staging, { recursive: true, force: true }).catch(() => undefined);
    throw explain(dir, error);
  }
  return staging;
}

async function writeThrough(path: string, bytes: Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const handle = await open(path, 'w');
  try {
    await handle.writeFile(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function explain(dir: string, error: unknown): unknown {
  const code = systemErrorCode(error);
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    const message = `There is no room left on the disk of ${dir}: free a few megabytes there and import again.`;
    return new NativaError('DISK_FULL', message, { cause: error });
  }
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') {
    const message = `${dir} cannot be written to, and a model's description belongs beside its weights: change its permissions, or copy the folder, and import again.`;
    return new NativaError('FOLDER_UNWRITABLE', message, { cause: error });
  }
  return error;
}
