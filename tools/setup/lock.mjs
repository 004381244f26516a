/** One start sets up at a time. */
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { SetupError, root, say } from '../program.mjs';

const cacheDir = join(root, '.cache');
const lockPath = join(cacheDir, 'setup.lock');

/** Waits until no other start is installing or building. @returns a function that lets go */
export async function takeLock() {
  mkdirSync(cacheDir, { recursive: true });
  let told = false;
  for (;;) {
    try {
      const lock = openSync(lockPath, 'wx');
      writeSync(lock, String(process.pid));
      closeSync(lock);
      const release = () => rmSync(lockPath, { force: true });
      process.once('exit', release);
      return () => {
        process.off('exit', release);
        release();
      };
    } catch (error) {
      if (error.code !== 'EEXIST') {
        throw new SetupError(`cannot write to ${cacheDir} (${error.code}): check its permissions.`);
      }
    }
    if (isAbandoned()) {
      rmSync(lockPath, { force: true });
      continue;
    }
    if (!told) say('another start is setting up; waiting for it ...');
    told = true;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** A lock whose process is gone, or that was never filled in, holds nobody back. */
function isAbandoned() {
  try {
    const owner = Number.parseInt(readFileSync(lockPath, 'utf8'), 10);
    if (Number.isNaN(owner)) return Date.now() - statSync(lockPath).mtimeMs > 5000;
    process.kill(owner, 0);
    return false;
  } catch (error) {
    return error.code === 'ESRCH';
  }
}
