/** Changes of shortcuts: `own` are the keys a person set, by command id. */
import { keysOf } from '../../commands/keys.js';
import type { Command } from '../../commands/registry.js';
import type { KeyPress } from '../../commands/keys.js';

export type OwnKeys = Readonly<Record<string, readonly string[]>>;

/** Keys as settings take them. */
export type SavedKeys = Record<string, string[]>;

/** How many combinations a command may have: what the settings take. */
export const MOST = 4;

/** Keys that do nothing by themselves. */
const SILENT = new Set([
  'Control',
  'Shift',
  'Alt',
  'Meta',
  'AltGraph',
  'CapsLock',
  'NumLock',
  'Fn',
]);

/** Whether a press is more than a modifier on its own. */
export function isWhole({ key }: Pick<KeyPress, 'key'>): boolean {
  return !SILENT.has(key);
}

function same(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((keys, index) => keys === b[index]);
}

/** The other commands that one of these combinations runs, each with the first such combination. */
export function usersOf(
  commands: readonly Command[],
  own: OwnKeys,
  { id, modal }: Command,
  keys: readonly string[],
): readonly { readonly command: Command; readonly keys: string }[] {
  return commands.flatMap((command) => {
    if (command.id === id || command.modal !== modal) return [];
    const shared = keysOf(command, own).find((combination) => keys.includes(combination));
    return shared === undefined ? [] : [{ command, keys: shared }];
  });
}

/** With other keys for a command; none takes its keys away, its defaults forget that it had others. */
export function withKeys(own: OwnKeys, command: Command, keys: readonly string[]): SavedKeys {
  const others = Object.entries(own).filter(([id]) => id !== command.id);
  const saved = others.map(([id, combinations]): [string, string[]] => [id, [...combinations]]);
  if (!same(keys, command.keys ?? [])) saved.push([command.id, [...keys]]);
  return Object.fromEntries(saved);
}

/** With other keys for a command, which no other command has from then on. */
export function takeOver(
  commands: readonly Command[],
  own: OwnKeys,
  command: Command,
  keys: readonly string[],
): SavedKeys {
  let next = withKeys(own, command, keys);
  for (const user of usersOf(commands, own, command, keys)) {
    const left = keysOf(user.command, own).filter((combination) => !keys.includes(combination));
    next = withKeys(next, user.command, left);
  }
  return next;
}
