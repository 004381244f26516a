/** Folders that something is made in before it appears where it belongs. */
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { systemErrorCode } from './files.js';

/**
 * Takes away what processes that were killed have left in a folder.
 * @param prefix of the names of their folders, with the id of the process behind it
 */
export async function sweepStaging(dir: string, prefix: string): Promise<void> {
  for (const name of await readdir(dir)) {
    if (!name.startsWith(prefix)) continue;
    const pid = Number.parseInt(name.slice(prefix.length), 10);
    if (pid === process.pid || !isRunning(pid)) {
      await rm(join(dir, name), { recursive: true, force: true }).catch(() => undefined);
    }
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return systemErrorCode(error) === 'EPERM';
  }
}
