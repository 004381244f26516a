import { execFile } from 'node:child_process';
import {
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { build } from 'esbuild';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { checkWritable, writeFileAtomic } from '../../../../main/engine/images/write.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nativa-write-'));
});
afterEach(() => rm(folder, { recursive: true }));

const bytes = Uint8Array.of(1, 2, 3);

describe('writeFileAtomic', () => {
  it('writes, replaces, and leaves nothing else', async () => {
    const path = join(folder, 'a.png');
    await writeFileAtomic(path, Uint8Array.of(9));
    await chmod(path, 0o640);
    await writeFileAtomic(path, bytes);
    expect([...(await readFile(path))]).toEqual([1, 2, 3]);
    expect((await stat(path)).mode & 0o777).toBe(0o640);
    expect(await readdir(folder)).toEqual(['a.png']);
  });

  it('writes through a link', async () => {
    await writeFile(join(folder, 'real.png'), 'old');
    await symlink(join(folder, 'real.png'), join(folder, 'link.png'));
    await writeFileAtomic(join(folder, 'link.png'), bytes);
    expect([...(await readFile(join(folder, 'real.png')))]).toEqual([1, 2, 3]);
  });

  it('takes names as long as the folder allows', async () => {
    const path = join(folder, `${'n'.repeat(251)}.png`);
    await checkWritable(path);
    await writeFileAtomic(path, bytes);
    expect([...(await readFile(path))]).toEqual([1, 2, 3]);
  });
});

describe.each([
  ['writeFileAtomic', (path: string) => writeFileAtomic(path, bytes)],
  ['checkWritable', checkWritable],
] as const)('%s refuses', (_name, act) => {
  it.each([
    ['a folder that is not there', 'none/a.png', 'folder does not exist'],
    ['a folder that is a file', 'file/a.png', 'folder is a file'],
    ['a folder', 'inner', 'it is a folder'],
    ['a name that is too long', `${'n'.repeat(300)}.png`, 'too long'],
  ])('%s', async (_what, name, reason) => {
    await writeFile(join(folder, 'file'), 'text');
    await writeFile(join(folder, 'keep'), 'text');
    const path = name === 'inner' ? folder : join(folder, name);
    const before = await readdir(folder);
    await expect(act(path)).rejects.toMatchObject({
      code: 'OUTPUT_UNWRITABLE',
      message: expect.stringContaining(reason) as string,
    });
    expect(await readdir(folder)).toEqual(before);
  });

  it.skipIf(process.platform === 'win32')('a device', async () => {
    await symlink('/dev/null', join(folder, 'null.png'));
    await expect(act(join(folder, 'null.png'))).rejects.toMatchObject({
      code: 'OUTPUT_UNWRITABLE',
      message: expect.stringContaining('device') as string,
    });
    expect((await stat('/dev/null')).isCharacterDevice()).toBe(true);
  });

  it('a folder that takes no files', async () => {
    await expect(act('/proc/1/none.png')).rejects.toMatchObject({ code: 'OUTPUT_UNWRITABLE' });
  });
});

it('checkWritable leaves nothing behind and touches nothing', async () => {
  const path = join(folder, 'a.png');
  await checkWritable(path);
  expect(await readdir(folder)).toEqual([]);
  await writeFile(path, 'old');
  await checkWritable(path);
  expect(await readFile(path, 'utf8')).toBe('old');
});

it.skipIf(process.platform === 'win32')(
  'a full disk is named, and nothing stays behind',
  async () => {
    const module = join(folder, 'write.mjs');
    await build({
      entryPoints: [
        fileURLToPath(new URL('../../../../main/engine/images/write.ts', import.meta.url)),
      ],
      outfile: module,
      bundle: true,
      platform: 'node',
      format: 'esm',
    });
    await mkdir(join(folder, 'out'));
    const script = `
    const { writeFileAtomic } = await import(process.argv[1]);
    const error = await writeFileAtomic(process.argv[2], new Uint8Array(1 << 20)).catch((e) => e);
    console.log(error.code, error.message);`;
    // a limit of 8 or 16 KiB to a file's size fails a write as a full disk does
    const args = ['--input-type=module', '-e', script, module, join(folder, 'out', 'a.png')];
    const { stdout } = await promisify(execFile)('sh', [
      '-c',
      'ulimit -f 16; exec "$0" "$@"',
      process.execPath,
      ...args,
    ]);
    expect(stdout).toMatch(/^DISK_FULL There is no room left to write .*a\.png/);
    expect(await readdir(join(folder, 'out'))).toEqual([]);
  },
);
