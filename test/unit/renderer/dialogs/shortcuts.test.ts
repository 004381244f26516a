import { describe, expect, test } from 'vitest';
import { clashes, keymap } from '../../../../renderer/commands/keys.js';
import type { Command } from '../../../../renderer/commands/registry.js';
import {
  isWhole,
  takeOver,
  usersOf,
  withKeys,
} from '../../../../renderer/dialogs/shortcuts/changes.js';

function command(id: Command['id'], ...keys: readonly string[]): Command {
  return { id, keys, run: () => undefined };
}
const undo = command('edit.undo', 'Mod+Z');
const redo = command('edit.redo', 'Mod+Shift+Z', 'Mod+Y');
const cut = command('edit.cut');
const all = [undo, redo, cut];

describe('changing shortcuts', () => {
  test('new keys are saved for that command alone', () => {
    expect(withKeys({ 'edit.redo': ['F2'] }, undo, ['F1'])).toEqual({
      'edit.redo': ['F2'],
      'edit.undo': ['F1'],
    });
  });

  test('going back to the defaults saves nothing', () => {
    expect(withKeys({ 'edit.undo': ['F1'] }, undo, ['Mod+Z'])).toEqual({});
    expect(withKeys({ 'edit.cut': ['F1'] }, cut, [])).toEqual({});
  });

  test('keys can be taken away', () => {
    expect(withKeys({}, undo, [])).toEqual({ 'edit.undo': [] });
  });

  test('says who has the keys already, not the command itself', () => {
    expect(usersOf(all, {}, cut, ['Mod+Y'])).toEqual([{ command: redo, keys: 'Mod+Y' }]);
    expect(usersOf(all, {}, redo, ['Mod+Y'])).toEqual([]);
    expect(usersOf(all, { 'edit.redo': [] }, cut, ['Mod+Y'])).toEqual([]);
  });

  test('taking keys over leaves the other command its other keys, and no clash', () => {
    const own = takeOver(all, {}, cut, ['Mod+Y']);
    expect(own).toEqual({ 'edit.cut': ['Mod+Y'], 'edit.redo': ['Mod+Shift+Z'] });
    expect(clashes(all, own).size).toBe(0);
    expect(keymap(all, own).get('Mod+Y')).toBe(cut);
  });

  test('defaults that others took come back', () => {
    const taken = takeOver(all, {}, cut, ['Mod+Z']);
    expect(keymap(all, taken).get('Mod+Z')).toBe(cut);
    const back = takeOver(all, taken, undo, ['Mod+Z']);
    expect(back).toEqual({});
    expect(clashes(all, back).size).toBe(0);
  });

  test('a modifier alone is no shortcut yet', () => {
    expect(['Control', 'Shift', 'Alt', 'Meta', 'AltGraph'].some((key) => isWhole({ key }))).toBe(
      false,
    );
    expect(isWhole({ key: 'a' })).toBe(true);
  });
});
