import { describe, expect, test } from 'vitest';
import {
  belongsToText,
  clashes,
  combinationOf,
  combinationsOf,
  heldKeys,
  keymap,
  keysOf,
  shownKeys,
  type KeyPress,
} from '../../../../renderer/commands/keys.js';
import type { Command } from '../../../../renderer/commands/registry.js';
import { enKeys } from '../../../../renderer/i18n/en/keys.js';
import { esKeys } from '../../../../renderer/i18n/es/keys.js';

type Held = 'ctrl' | 'meta' | 'alt' | 'shift' | 'altGraph';

function press(key: string, code: string, ...held: readonly Held[]): KeyPress {
  return {
    key,
    code,
    ctrlKey: held.includes('ctrl'),
    metaKey: held.includes('meta'),
    altKey: held.includes('alt'),
    shiftKey: held.includes('shift'),
    getModifierState: (name) => name === 'AltGraph' && held.includes('altGraph'),
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

/** Presses on boards of other countries, and what each may be meant as. */
describe('what a press may be meant as', () => {
  test.each([
    ['Spanish: the dead key where [ lies', press('Dead', 'BracketLeft'), ['[']],
    ['Spanish: the dead key with Shift', press('Dead', 'BracketLeft', 'shift'), ['Shift+[']],
    ['Spanish: plus where ] lies', press('+', 'BracketRight'), ['Plus', ']']],
    ['Spanish: Ctrl and plus zooms in', press('+', 'BracketRight', 'ctrl'), ['Mod+Plus', 'Mod+]']],
    ['Spanish: [ on the third level', press('[', 'BracketLeft', 'altGraph'), ['[']],
    ['Spanish: \\ on the third level', press('\\', 'Backquote', 'altGraph'), ['\\']],
    ['Spanish: the slash', press('/', 'Digit7', 'shift'), ['Shift+7', '/', 'Shift+/']],
    ['Spanish: ñ where ; lies', press('ñ', 'Semicolon', 'ctrl'), ['Mod+;']],
    ['German: [ on the third level of a digit', press('[', 'Digit8', 'altGraph'), ['[']],
    [
      'German: [ under Windows, where Ctrl and Alt are told as well',
      press('[', 'Digit8', 'altGraph', 'ctrl', 'alt'),
      ['['],
    ],
    ['German: Ctrl and [', press('[', 'Digit8', 'altGraph', 'ctrl'), ['Mod+[']],
    ['German: a euro is no E', press('€', 'KeyE', 'altGraph'), ['€']],
    ['Polish: an ę is no E', press('ę', 'KeyE', 'altGraph', 'ctrl', 'alt'), ['ę']],
    ['German: minus where / lies', press('-', 'Slash'), ['-', '/']],
    ['German: # where \\ lies', press('#', 'Backslash'), ['\\', '#']],
    ['German: equals', press('=', 'Digit0', 'shift'), ['Shift+0', '=', 'Shift+=']],
    ['French: full stop, with Shift', press('.', 'Comma', 'shift'), ['.', 'Shift+.', 'Shift+,']],
    ['French: the dead key where [ lies', press('Dead', 'BracketLeft'), ['[']],
    ['French: a digit with Shift', press('6', 'Digit6', 'shift'), ['Shift+6', '6']],
    ['French: minus on a digit', press('-', 'Digit6', 'ctrl'), ['Mod+6', 'Mod+-']],
    ['French: dollar where ] lies', press('$', 'BracketRight'), [']', '$']],
    ['plus with Shift', press('+', 'Equal', 'shift'), ['Plus', 'Shift+Plus', 'Shift+=']],
    ['a letter that a writing system took', press('Process', 'KeyB'), ['B']],
    ['a key that says nothing', press('Unidentified', ''), []],
  ])('%s', (_, pressed, combinations) => {
    expect(combinationsOf(pressed, false)).toEqual(combinations);
  });

  test.each([
    ['Option writes a dead tilde', press('Dead', 'KeyN', 'alt'), ['Alt+N']],
    ['German: Option writes [', press('[', 'Digit5', 'alt'), ['Alt+5', '[']],
    ['German: Option writes @', press('@', 'KeyL', 'alt'), ['Alt+L', '@']],
    [
      'Shift counts where Cmd keeps the sign',
      press('[', 'BracketLeft', 'meta', 'shift'),
      ['Mod+Shift+['],
    ],
    ['Option is never the third level', press('ø', 'KeyO', 'alt', 'altGraph'), ['Alt+O']],
  ])('on a Mac: %s', (_, pressed, combinations) => {
    expect(combinationsOf(pressed, true)).toEqual(combinations);
  });
});

describe('while a text is typed', () => {
  const typed = (mac: boolean, ...args: Parameters<typeof press>): boolean =>
    belongsToText(press(...args), mac);

  test('words and lines are deleted and passed over', () => {
    expect(typed(false, 'Backspace', 'Backspace', 'ctrl')).toBe(true);
    expect(typed(false, 'Delete', 'Delete', 'ctrl')).toBe(true);
    expect(typed(true, 'Backspace', 'Backspace', 'alt')).toBe(true);
    expect(typed(true, 'Backspace', 'Backspace', 'meta')).toBe(true);
    expect(typed(false, 'ArrowLeft', 'ArrowLeft', 'ctrl', 'shift')).toBe(true);
  });

  test('copying, pasting and undoing are the text’s', () => {
    expect(typed(false, 'v', 'KeyV', 'ctrl')).toBe(true);
    expect(typed(false, 'Z', 'KeyZ', 'ctrl', 'shift')).toBe(true);
    expect(typed(true, 'v', 'KeyV', 'meta')).toBe(true);
  });

  test('signs on other levels are written', () => {
    expect(typed(false, '€', 'KeyE', 'altGraph')).toBe(true);
    expect(typed(false, '@', 'KeyQ', 'altGraph', 'ctrl', 'alt')).toBe(true);
    expect(typed(false, 'ę', 'KeyE', 'ctrl', 'alt')).toBe(true);
    expect(typed(true, 'Dead', 'KeyN', 'alt')).toBe(true);
    expect(typed(true, '@', 'KeyL', 'alt')).toBe(true);
    expect(typed(false, '1', 'Numpad1', 'alt')).toBe(true);
  });

  test('commands are reached nevertheless', () => {
    expect(typed(false, 'Escape', 'Escape')).toBe(false);
    expect(typed(false, 'k', 'KeyK', 'ctrl')).toBe(false);
    expect(typed(false, 'Enter', 'Enter', 'ctrl')).toBe(false);
    expect(typed(false, 'n', 'KeyN', 'alt')).toBe(false);
    expect(typed(false, 'e', 'KeyE', 'ctrl', 'alt')).toBe(false);
    expect(typed(true, 'k', 'KeyK', 'meta')).toBe(false);
  });
});

describe('keys as people read them', () => {
  test.each([
    ['Mod+Shift+Z', 'Ctrl+Shift+Z', 'Ctrl+Mayús+Z', '⇧⌘Z'],
    ['Mod+Alt+Shift+S', 'Ctrl+Alt+Shift+S', 'Ctrl+Alt+Mayús+S', '⌥⇧⌘S'],
    ['Mod+Plus', 'Ctrl++', 'Ctrl++', '⌘+'],
    ['Delete', 'Del', 'Supr', '⌦'],
    ['Alt+Backspace', 'Alt+Backspace', 'Alt+Retroceso', '⌥⌫'],
    ['Alt+ArrowUp', 'Alt+↑', 'Alt+↑', '⌥↑'],
    ['Alt+PageDown', 'Alt+PgDn', 'Alt+AvPág', '⌥PgDn'],
    ['Escape', 'Esc', 'Esc', 'Esc'],
    ['?', '?', '?', '?'],
  ])('%s', (combination, words, spanish, mac) => {
    expect(shownKeys(combination, false, enKeys)).toBe(words);
    expect(shownKeys(combination, false, esKeys)).toBe(spanish);
    expect(shownKeys(combination, true, enKeys)).toBe(mac);
  });

  test('hints call the keys that are held what stands on them', () => {
    expect(heldKeys(false, esKeys)).toEqual({ mod: 'Ctrl', alt: 'Alt', shift: 'Mayús' });
    expect(heldKeys(true, esKeys)).toEqual({ mod: '⌘', alt: '⌥', shift: '⇧' });
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
