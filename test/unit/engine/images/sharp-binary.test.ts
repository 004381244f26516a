/** As in Electron under Linux, where the system's GLib is in the process before sharp comes. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const built = new URL('../../../../dist/main/engine/images/sharp.js', import.meta.url);

/** The system's own library; undefined where there is none. */
const library = [
  ...['/lib/x86_64-linux-gnu', '/lib/aarch64-linux-gnu', '/usr/lib64', '/usr/lib', '/lib'],
]
  .map((folder) => join(folder, 'libgobject-2.0.so.0'))
  .find((path) => existsSync(path));
const canTell = process.platform === 'linux' && library !== undefined;

/** Draws and reads a picture in a process of its own, and says what it complained about. */
function complaintsOf({ electron }: { electron: boolean }): { width: string; wrong: boolean } {
  const versions = electron ? "{ ...process.versions, electron: '39.0.0' }" : 'process.versions';
  const source = `
    Object.defineProperty(process, 'versions', { value: ${versions} });
    const { sharp } = await import(${JSON.stringify(built.href)});
    const plain = { width: 64, height: 48, channels: 3, background: 'red' };
    const png = await sharp({ create: plain }).png().toBuffer();
    const { info } = await sharp(png).resize(32).raw().toBuffer({ resolveWithObject: true });
    console.log(info.width);`;
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--input-type=module', '--no-warnings', '-e', source],
    { encoding: 'utf8', env: { ...process.env, LD_PRELOAD: library } },
  );
  return { width: stdout.trim(), wrong: status !== 0 || stderr.includes('CRITICAL') };
}

describe('sharp beside the system’s GLib', () => {
  test.skipIf(!canTell)('is answered by its own in Electron, which plain loading is not', () => {
    expect(existsSync(fileURLToPath(built))).toBe(true);
    expect(complaintsOf({ electron: false }).wrong).toBe(true);
    expect(complaintsOf({ electron: true })).toEqual({ width: '32', wrong: false });
  });
});
