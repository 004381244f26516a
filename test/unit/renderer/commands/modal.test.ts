import { expect, test } from 'vitest';
import { clashes, keymap } from '../../../../renderer/commands/keys.js';
import type { Command } from '../../../../renderer/commands/registry.js';

const run = (): void => undefined;
const prompt: Command = { id: 'create.prompt', keys: ['Enter'], run };
const apply: Command = { id: 'crop.apply', keys: ['Enter'], modal: true, run };
const left: Command = { id: 'crop.left', keys: ['Enter'], modal: true, run };

test('keys that mean something for a while are no conflict, and otherwise mean what they did', () => {
  expect(clashes([apply, prompt], {}).size).toBe(0);
  expect(keymap([apply, prompt], {}).get('Enter')).toBe(prompt);
});

test('two things for the same while are one', () => {
  expect(clashes([apply, left, prompt], {}).get('Enter')).toEqual(['crop.apply', 'crop.left']);
});
