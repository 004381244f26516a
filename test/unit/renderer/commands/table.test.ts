import { describe, expect, test } from 'vitest';
import { COMMANDS } from '../../../../renderer/commands/index.js';
import { clashes, combinationOf } from '../../../../renderer/commands/keys.js';
import { MENUS, Registry, commandsFor } from '../../../../renderer/commands/registry.js';
import { en } from '../../../../renderer/i18n/en/index.js';

describe('the commands of the studio', () => {
  const registry = new Registry(COMMANDS);

  test('no two have the same default keys', () => {
    expect(Object.fromEntries(clashes(COMMANDS, {}))).toEqual({});
  });

  test('every title belongs to a command', () => {
    const titled = Object.keys(en)
      .filter((key) => key.startsWith('command.'))
      .map((key) => key.slice('command.'.length));
    expect(COMMANDS.map(({ id }): string => id).toSorted()).toEqual(titled.toSorted());
  });

  test('no menu is empty', () => {
    for (const name of MENUS) expect(registry.menu(name), name).not.toEqual([]);
  });

  test('what has no place in a menu has keys or a tool’s button', () => {
    // Some have the keys of others while those cannot be run.
    const shared = new Set(COMMANDS.map(({ meanwhile }) => meanwhile));
    const hidden = COMMANDS.filter(
      ({ id, menu, keys }) => !menu && !keys?.length && !shared.has(id) && !id.startsWith('tool.'),
    );
    expect(hidden.map(({ id }) => id)).toEqual([]);
  });

  test('modifiers are written in the order in which presses are read', () => {
    const order = ['Mod', 'Ctrl', 'Alt', 'Shift'];
    for (const { id, keys = [] } of COMMANDS) {
      for (const combination of keys) {
        const places = combination
          .split('+')
          .slice(0, -1)
          .map((part) => order.indexOf(part));
        expect(places, `${id}: ${combination}`).toEqual(places.toSorted((a, b) => a - b));
        expect(places, `${id}: ${combination}`).not.toContain(-1);
      }
    }
  });

  test('on a Mac no command waits for keys that the system has', () => {
    const system = ['Mod+H', 'Mod+M', 'Mod+Q', 'Mod+Space', 'Mod+Tab', 'Mod+Alt+D', 'Mod+Alt+H'];
    const shown = commandsFor(COMMANDS, { host: 'electron', mac: true, places: true });
    const taken = shown.filter(({ keys }) => keys?.some((one) => system.includes(one)));
    expect(taken.map(({ id }) => id)).toEqual([]);
    expect(Object.fromEntries(clashes(shown, {}))).toEqual({});
  });

  test('in a browser every command has keys that the browser does not keep for itself', () => {
    const kept = ['Mod+N', 'Mod+T', 'Mod+W', 'Mod+Shift+N', 'Mod+Shift+T', 'Mod+Tab'];
    const shown = commandsFor(COMMANDS, { host: 'browser', mac: false, places: true });
    const unreachable = shown.filter(
      ({ keys }) => keys?.[0] !== undefined && kept.includes(keys[0]),
    );
    expect(unreachable.map(({ id }) => id)).toEqual([]);
  });

  test.each([
    ['z', 'KeyZ', { ctrlKey: true }, 'edit.undo'],
    ['k', 'KeyK', { ctrlKey: true }, 'help.palette'],
    ['?', 'Slash', { shiftKey: true }, 'help.shortcuts'],
    ['b', 'KeyB', {}, 'tool.brush'],
    ['o', 'KeyO', { ctrlKey: true }, 'file.open'],
    ['a', 'KeyA', { ctrlKey: true }, 'select.all'],
  ])('%s with %s runs what people expect', (key, code, held, id) => {
    const none = { ctrlKey: false, metaKey: false, altKey: false, shiftKey: false };
    const combination = combinationOf({ key, code, ...none, ...held }, false);
    const runs = COMMANDS.filter(({ keys }) => keys?.includes(combination));
    expect(runs.map((command) => command.id)).toEqual([id]);
  });
});
