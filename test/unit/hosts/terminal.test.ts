import { describe, expect, it } from 'vitest';

import { compactNumber, formatBytes, pairs, table } from '../../../main/hosts/cli/layout.js';
import { Terminal } from '../../../main/hosts/cli/terminal.js';
import { messagesFor } from '../../../main/services/i18n/index.js';
import type { EngineEvent } from '../../../main/engine/events.js';

function terminal({ json = false, isTTY = false } = {}) {
  const said = { out: '', err: '' };
  const sink = (name: 'out' | 'err') => ({
    isTTY,
    write: (text: string) => (said[name] += text),
  });
  return { said, it: new Terminal(json, messagesFor('en'), sink('out'), sink('err')) };
}

const progress = (step: number): EngineEvent => ({
  type: 'progress',
  stage: 'denoise',
  step,
  total: 30,
});

describe('Terminal', () => {
  it('says each stage once where nobody watches', () => {
    const { it: shown, said } = terminal();
    for (let step = 0; step <= 30; step++) shown.progress(progress(step));
    expect(said).toEqual({ out: '', err: 'painting ...\n' });
  });

  it('draws one line over and over on a screen, and takes it away', () => {
    const { it: shown, said } = terminal({ isTTY: true });
    shown.progress(progress(15));
    expect(said.err).toBe(`\r\u001B[K${'█'.repeat(12)}${'░'.repeat(12)} painting`);
    shown.clearProgress();
    expect(said.err.endsWith('\r\u001B[K')).toBe(true);
    expect(said.err).not.toContain('\n');
  });

  it('says nothing but the result with json', () => {
    const { it: shown, said } = terminal({ json: true, isTTY: true });
    shown.progress(progress(1));
    shown.say('a');
    shown.note('b');
    shown.result({ ok: true });
    expect(said).toEqual({ out: '{"ok":true}\n', err: '' });
  });
});

describe('layout', () => {
  it.each([
    [0, '0 B'],
    [1023, '1,023 B'],
    [1536, '1.5 KiB'],
    [59_933_800, '57.2 MiB'],
    [3 * 2 ** 40, '3 TiB'],
  ])('writes %s bytes as %s', (bytes, text) => {
    expect(formatBytes(bytes, 'en')).toBe(text);
  });

  it('writes numbers as a language does', () => {
    expect(compactNumber(29_936_500, 'en')).toBe('29.9M');
    expect(formatBytes(1536, 'es')).toBe('1,5 KiB');
  });

  it('lines columns up', () => {
    const rows = [
      ['a', 'bb', 'c'],
      ['aaa', 'b', ''],
    ];
    expect(table(rows)).toEqual(['a    bb  c', 'aaa  b']);
    expect(pairs([['x', '1']], '  ')).toEqual(['  x  1']);
  });
});
