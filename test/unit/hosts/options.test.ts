import { Command } from 'commander';
import { describe, expect, it } from 'vitest';

import {
  addEditOptions,
  addGenerateOptions,
  addPictureOptions,
} from '../../../main/hosts/cli/options.js';
import type { PictureOptions } from '../../../main/hosts/cli/options.js';
import { messagesFor } from '../../../main/services/i18n/index.js';

const messages = messagesFor('en');

function parse(...argv: string[]): PictureOptions {
  const command = new Command().exitOverride();
  addEditOptions(addGenerateOptions(addPictureOptions(command, messages), messages), messages);
  return command.parse(argv, { from: 'user' }).opts();
}

describe('options of generate and edit', () => {
  it('are numbers, choices and lists', () => {
    const given = ['--seed', '7', '--count=4', '--guidance', '.5', '--tokens', 's1', '--keep', '1'];
    expect(parse(...given)).toEqual({ seed: 7, count: 4, guidance: 0.5, tokens: 'S1', keep: 1 });
  });

  it('take references with and without a strength, and Windows paths', () => {
    const files = ['cat.png', 'cat.png:0.25', 'C:\\cat.png', 'C:\\cat.png:0', 'a:b.png'];
    const { reference } = parse(...files.flatMap((file) => ['--reference', file]));
    expect(reference).toEqual([
      { path: 'cat.png', strength: 1 },
      { path: 'cat.png', strength: 0.25 },
      { path: 'C:\\cat.png', strength: 1 },
      { path: 'C:\\cat.png', strength: 0 },
      { path: 'a:b.png', strength: 1 },
    ]);
  });

  it.each([
    ['--seed', '1e3'],
    ['--seed', '9007199254740992'],
    ['--steps', '1001'],
    ['--keep', '1.01'],
    ['--tokens', 'S3'],
    ['--scheduler', 'heun'],
    ['--reference', 'a.png:2'],
    ['--reference', ':0.5'],
    ['--width', '8'],
  ])('refuse %s %s', (option, value) => {
    expect(() => parse(option, value)).toThrow(expect.objectContaining({ code: 'USAGE' }) as Error);
  });

  it('refuse what is said twice', () => {
    expect(() => parse('--seed', '1', '--seed', '2')).toThrow(/twice/);
  });
});
