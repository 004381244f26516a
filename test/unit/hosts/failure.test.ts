import { describe, expect, it } from 'vitest';

import { reportFailure, usageError } from '../../../main/hosts/cli/failure.js';
import { Terminal } from '../../../main/hosts/cli/terminal.js';
import { messagesFor } from '../../../main/services/i18n/index.js';
import type { Language } from '../../../main/services/i18n/index.js';
import { NativaError } from '../../../native-models/errors.js';

/** What a person and a program are told of an error. */
function told(error: unknown, language: Language = 'en') {
  const [out, err]: [string[], string[]] = [[], []];
  const messages = messagesFor(language);
  const terminal = new Terminal(
    true,
    messages,
    { write: (text) => out.push(text) },
    { write: (text) => err.push(text) },
  );
  const status = reportFailure(error, messages, terminal);
  const lines = err.join('').trimEnd().split('\n');
  return { status, lines, json: JSON.parse(out.join('')) as unknown };
}

describe('reportFailure', () => {
  it('says one line, however many the message has', () => {
    const { status, lines, json } = told(new NativaError('BAD_WEIGHTS', 'It is bad:\n  worse.'));
    expect(status).toBe(1);
    expect(lines).toEqual(['error: It is bad: worse.']);
    const error = { code: 'BAD_WEIGHTS', message: 'It is bad: worse.' };
    expect(json).toEqual({ ok: false, error });
  });

  it.each([
    new NativaError('CANCELLED', 'x'),
    new DOMException('This operation was aborted', 'AbortError'),
    AbortSignal.abort().reason as unknown,
  ])('calls every way of stopping the same: %s', (error) => {
    const { status, lines, json } = told(error);
    expect(status).toBe(130);
    expect(lines).toEqual(['error: Cancelled; nothing was written.']);
    expect(json).toMatchObject({ error: { code: 'CANCELLED' } });
  });

  it('tells a misused command line by its exit status', () => {
    expect(told(usageError('no such thing')).status).toBe(2);
  });

  it('puts a title in the language of the person before an English sentence', () => {
    const { lines } = told(new NativaError('MASK_EMPTY', 'The mask is black.'), 'es');
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^error: La máscara es toda negra.*The mask is black\)$/);
  });

  it('reports what nobody expected as such', () => {
    const { lines, json } = told(new RangeError('index 7'));
    expect(lines[0]).toContain('index 7');
    expect(json).toMatchObject({ error: { code: 'INTERNAL' } });
  });
});
