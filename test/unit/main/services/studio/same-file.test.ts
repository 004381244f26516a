import { linkSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { sameFile } from '../../../../../main/services/studio/files.js';

test('a file is the same however it is spelt, and a copy is another', async () => {
  const home = mkdtempSync(join(tmpdir(), 'nativa-same-'));
  onTestFinished(() => {
    rmSync(home, { recursive: true, force: true });
  });
  const [file, linked, copy] = ['a.ora', 'b.ora', 'c.ora'].map((name) => join(home, name));
  writeFileSync(file ?? '', 'x');
  linkSync(file ?? '', linked ?? '');
  writeFileSync(copy ?? '', 'x');
  const others = [copy, join(home, 'gone.ora'), `${home}/./a.ora`].map((path) => ({
    path: path ?? '',
  }));
  expect(await sameFile(file ?? '', others)).toBe(others[2]);
  expect(await sameFile(linked ?? '', others)).toBe(others[2]);
  expect(await sameFile(file ?? '', others.slice(0, 2))).toBeNull();
  expect(await sameFile(join(home, 'gone.ora'), others)).toBeNull();
});
