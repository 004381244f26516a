import { chmod, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

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
