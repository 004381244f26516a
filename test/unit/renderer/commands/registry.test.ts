import { describe, expect, test } from 'vitest';
import { Registry, type Command } from '../../../../renderer/commands/registry.js';

function command(id: Command['id'], menu?: Command['menu']): Command {
  return { id, ...(menu && { menu }), run: () => undefined };
}

describe('the registry', () => {
  test('two commands of one id are refused', () => {
    expect(() => new Registry([command('edit.undo'), command('edit.undo')])).toThrow(/edit\.undo/);
  });

  test('finds commands, and says which it has not', () => {
    const undo = command('edit.undo');
    const registry = new Registry([undo]);
    expect(registry.get('edit.undo')).toBe(undo);
    expect(registry.has('edit.undo')).toBe(true);
    expect(registry.has('edit.unheardOf')).toBe(false);
    expect(() => registry.get('edit.redo')).toThrow(/edit\.redo/);
  });

  test('all commands are in the order of the table', () => {
    const registry = new Registry([
      command('edit.undo'),
      command('file.open'),
      command('edit.cut'),
    ]);
    expect(registry.all.map(({ id }) => id)).toEqual(['edit.undo', 'file.open', 'edit.cut']);
  });

  test('a menu has its own commands, in groups by number and in the order of the table', () => {
    const registry = new Registry([
      command('edit.copy', ['edit', 1]),
      command('file.open', ['file', 0]),
      command('edit.undo', ['edit', 0]),
      command('tool.brush'),
      command('edit.paste', ['edit', 1]),
      command('edit.redo', ['edit', 0]),
    ]);
    const ids = registry
      .menu('edit')
      .map((group) => group.map((entry) => ('id' in entry ? entry.id : entry.submenu)));
    expect(ids).toEqual([
      ['edit.undo', 'edit.redo'],
      ['edit.copy', 'edit.paste'],
    ]);
    expect(registry.menu('help')).toEqual([]);
  });
});
