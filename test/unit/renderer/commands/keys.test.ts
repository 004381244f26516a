import { describe, expect, test } from 'vitest';
import {
  clashes,
  combinationOf,
  keymap,
  keysOf,
  shownKeys,
  type KeyPress,
} from '../../../../renderer/commands/keys.js';
import type { Command } from '../../../../renderer/commands/registry.js';

type Held = 'ctrl' | 'meta' | 'alt' | 'shift';

function press(key: string, code: string, ...held: readonly Held[]): KeyPress {
  return {
    key,
    code,
    ctrlKey: held.includes('ctrl'),
    metaKey: held.includes('meta'),
    altKey: held.includes('alt'),
    shiftKey: held.includes('shift'),
  };
}

function command(id: Command['id'], ...keys: readonly string[]): Command {
  return { id, keys, run: () => undefined };
}

describe('the combination of a press', () => {
  test.each([
    ['a letter', press('b', 'KeyB'), 'B'],
    ['a letter with capitals locked', press('B', 'KeyB'), 'B'],
    ['a letter with Shift', press('Z', 'KeyZ', 'ctrl', 'shift'), 'Mod+Shift+Z'],
    ['a letter where AZERTY has it', press('a', 'KeyQ', 'ctrl'), 'Mod+A'],
    ['a letter where Dvorak has it', press('k', 'KeyV', 'ctrl'), 'Mod+K'],
    ['a Cyrillic letter by its place', press('я', 'KeyZ', 'ctrl'), 'Mod+Z'],
    ['a Greek letter by its place', press('β', 'KeyB'), 'B'],
    ['a digit', press('1', 'Digit1'), '1'],
    ['a digit that Shift turns into a sign', press('!', 'Digit1', 'ctrl', 'shift'), 'Mod+Shift+1'],
    ['a digit on AZERTY, where it needs Shift', press('&', 'Digit1'), '1'],
    ['a digit of the number pad', press('1', 'Numpad1'), '1'],
    ['a bracket', press('[', 'BracketLeft'), '['],
    ['a bracket with Shift', press('{', 'BracketLeft', 'shift'), 'Shift+['],
    ['the bracket’s place on a German board', press('ü', 'BracketLeft'), '['],
    ['a bracket with Ctrl', press(']', 'BracketRight', 'ctrl'), 'Mod+]'],
    ['the question mark', press('?', 'Slash', 'shift'), '?'],
    ['the question mark on a Spanish board', press('?', 'Minus', 'shift'), '?'],
    ['plus', press('+', 'Equal', 'ctrl', 'shift'), 'Mod+Plus'],
    ['plus on a German board', press('+', 'BracketRight', 'ctrl'), 'Mod+Plus'],
    ['plus of the number pad', press('+', 'NumpadAdd', 'ctrl'), 'Mod+Plus'],
    ['equals', press('=', 'Equal', 'ctrl'), 'Mod+='],
    ['minus', press('-', 'Minus', 'ctrl'), 'Mod+-'],
    ['space', press(' ', 'Space'), 'Space'],
    ['an arrow with Shift', press('ArrowUp', 'ArrowUp', 'shift'), 'Shift+ArrowUp'],
    ['Tab', press('Tab', 'Tab'), 'Tab'],
    ['Escape', press('Escape', 'Escape'), 'Escape'],
    ['a function key', press('F5', 'F5', 'shift'), 'Shift+F5'],
    ['Ctrl with Alt', press('e', 'KeyE', 'ctrl', 'alt'), 'Mod+Alt+E'],
  ])('%s', (_, pressed, combination) => {
    expect(combinationOf(pressed, false)).toBe(combination);
  });

  test.each([
    ['Cmd', press('z', 'KeyZ', 'meta'), 'Mod+Z'],
    ['Cmd with Shift', press('z', 'KeyZ', 'meta', 'shift'), 'Mod+Shift+Z'],
    ['Ctrl is another key than Cmd', press('z', 'KeyZ', 'ctrl'), 'Ctrl+Z'],
    ['Option writes another sign', press('å', 'KeyA', 'alt'), 'Alt+A'],
    ['Cmd with a digit', press('0', 'Digit0', 'meta'), 'Mod+0'],
  ])('on a Mac: %s', (_, pressed, combination) => {
    expect(combinationOf(pressed, true)).toBe(combination);
  });

  test('the Windows key is nobody’s modifier', () => {
    expect(combinationOf(press('z', 'KeyZ', 'meta'), false)).toBe('Z');
  });
});

describe('keys as people read them', () => {
  test.each([
    ['Mod+Shift+Z', 'Ctrl+Shift+Z', '⇧⌘Z'],
    ['Mod+Plus', 'Ctrl++', '⌘+'],
    ['Delete', 'Del', 'Del'],
    ['Alt+ArrowUp', 'Alt+↑', '⌥↑'],
    ['Escape', 'Esc', 'Esc'],
    ['?', '?', '?'],
  ])('%s', (combination, words, mac) => {
    expect(shownKeys(combination, false)).toBe(words);
    expect(shownKeys(combination, true).split('').sort()).toEqual(mac.split('').sort());
  });
});

describe('which keys run what', () => {
  const undo = command('edit.undo', 'Mod+Z');
  const redo = command('edit.redo', 'Mod+Shift+Z', 'Mod+Y');
  const commands = [undo, redo];

  test('a command has its default keys until the person says otherwise', () => {
    expect(keysOf(undo, {})).toEqual(['Mod+Z']);
    expect(keysOf(undo, { 'edit.undo': ['F1'] })).toEqual(['F1']);
    expect(keysOf(undo, { 'edit.undo': [] })).toEqual([]);
    expect(keysOf({ id: 'edit.cut', run: () => undefined }, {})).toEqual([]);
  });

  test('every key of a command runs it', () => {
    const map = keymap(commands, {});
    expect(map.get('Mod+Z')).toBe(undo);
    expect(map.get('Mod+Shift+Z')).toBe(redo);
    expect(map.get('Mod+Y')).toBe(redo);
    expect(map.get('Y')).toBeUndefined();
  });

  test('keys that were changed run the command, and the old ones do not', () => {
    const map = keymap(commands, { 'edit.undo': ['F1'] });
    expect(map.get('F1')).toBe(undo);
    expect(map.has('Mod+Z')).toBe(false);
  });

  test('two commands with one combination are a clash, and the first of them runs', () => {
    const own = { 'edit.undo': ['Mod+Y'] };
    expect(clashes(commands, {}).size).toBe(0);
    expect([...clashes(commands, own)]).toEqual([['Mod+Y', ['edit.undo', 'edit.redo']]]);
    expect(keymap(commands, own).get('Mod+Y')).toBe(undo);
  });
});
