/** Keys of commands: reading them off events, writing them for people, finding clashes. */
import type { Command, CommandId } from './registry.js';

/** What is needed of a KeyboardEvent. */
export interface KeyPress {
  readonly key: string;
  readonly code: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
}

const NAMED: Readonly<Record<string, string>> = { ' ': 'Space', Esc: 'Escape', '+': 'Plus' };
const CODES: Readonly<Record<string, string>> = {
  BracketLeft: '[',
  BracketRight: ']',
  Equal: '=',
  Minus: '-',
  Semicolon: ';',
  Slash: '/',
  Backslash: '\\',
  Comma: ',',
  Period: '.',
};

/**
 * The key of an event, as it stands in shortcuts. Letters are what is written on the key, wherever a
 * layout has it; of keys that write no Latin letter, and of digits and brackets that a layout has on
 * another level, the place on the board decides.
 */
function keyOf({ key, code, shiftKey }: KeyPress): string {
  const named = NAMED[key];
  if (named !== undefined) return named;
  if (/^[a-z]$/i.test(key)) return key.toUpperCase();
  if (/^Digit\d$/.test(code)) return code.slice(5);
  if (key === '?') return '?';
  if (key.length > 1) return key;
  const place = CODES[code];
  if (place !== undefined && (shiftKey || /[^\x20-\x7e]/.test(key))) return place;
  if (/^[\x21-\x7e]$/.test(key)) return key;
  if (/^Key[A-Z]$/.test(code)) return code.slice(3);
  return place ?? key;
}

/** The combination that was pressed, such as `Mod+Shift+Z`. */
export function combinationOf(press: KeyPress, mac: boolean): string {
  const key = keyOf(press);
  const parts: string[] = [];
  if (mac ? press.metaKey : press.ctrlKey) parts.push('Mod');
  if (mac && press.ctrlKey) parts.push('Ctrl');
  if (press.altKey) parts.push('Alt');
  if (press.shiftKey && key !== '?' && key !== 'Plus') parts.push('Shift');
  parts.push(key);
  return parts.join('+');
}

const MAC: Readonly<Record<string, string>> = { Mod: '⌘', Ctrl: '⌃', Alt: '⌥', Shift: '⇧' };
const WORDS: Readonly<Record<string, string>> = {
  Mod: 'Ctrl',
  Plus: '+',
  Escape: 'Esc',
  ArrowUp: '↑',
  ArrowDown: '↓',
  ArrowLeft: '←',
  ArrowRight: '→',
  Delete: 'Del',
};

/** A combination as it is shown: `Ctrl+Shift+Z`, or `⇧⌘Z` on a Mac. */
export function shownKeys(combination: string, mac: boolean): string {
  const parts = combination.split('+');
  if (!mac) return parts.map((part) => WORDS[part] ?? part).join('+');
  return parts.map((part) => MAC[part] ?? WORDS[part] ?? part).join('');
}

/** Which keys run what: the defaults, and what the person set instead. */
export function keysOf(
  command: Command,
  own: Readonly<Record<string, readonly string[]>>,
): readonly string[] {
  return own[command.id] ?? command.keys ?? [];
}

/** Commands by combination. */
export function keymap(
  commands: readonly Command[],
  own: Readonly<Record<string, readonly string[]>>,
): ReadonlyMap<string, Command> {
  const map = new Map<string, Command>();
  // What is only meant for a while stands back.
  const order = commands.toSorted((a, b) => Number(a.modal ?? false) - Number(b.modal ?? false));
  for (const command of order) {
    for (const keys of keysOf(command, own)) if (!map.has(keys)) map.set(keys, command);
  }
  return map;
}

/** Combinations that more than one command has at a time. */
export function clashes(
  commands: readonly Command[],
  own: Readonly<Record<string, readonly string[]>>,
): ReadonlyMap<string, readonly CommandId[]> {
  const users = new Map<string, Command[]>();
  for (const command of commands) {
    for (const keys of keysOf(command, own)) {
      users.set(keys, [...(users.get(keys) ?? []), command]);
    }
  }
  const shared = [...users].flatMap(([keys, all]) => {
    const always = all.filter(({ modal }) => !modal);
    const ids = (always.length > 1 ? always : all.filter(({ modal }) => modal)).map(({ id }) => id);
    return ids.length > 1 ? [[keys, ids] as const] : [];
  });
  return new Map(shared);
}
