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
  getModifierState?(name: string): boolean;
}

/** A key as it stands in shortcuts, and whether Shift or Alt are held besides. */
interface Reading {
  readonly key: string;
  readonly shift: boolean;
  readonly alt: boolean;
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
/** Signs that shortcuts are written with. */
const SIGNS: ReadonlySet<string> = new Set([...Object.values(CODES), '?', 'Plus']);
/** What a press is called that writes nothing yet, or whose sign somebody else takes. */
const SILENT: ReadonlySet<string> = new Set(['Dead', 'Process', 'Unidentified']);

/** Whether the third level of a layout is held; systems that have no key for it hold Ctrl and Alt. */
function isThirdLevel(press: KeyPress, mac: boolean): boolean {
  return !mac && press.getModifierState?.('AltGraph') === true;
}

/** Where a key lies on a board as it is in the United States; '' where it writes no sign there. */
function placeOf(code: string, letters: boolean): string {
  if (/^Digit\d$/.test(code)) return code.slice(5);
  if (letters && /^Key[A-Z]$/.test(code)) return code.slice(3);
  return CODES[code] ?? '';
}

/** The ways to read a key by the sign that it writes and the place where it lies; '' for none. */
function readingsOfSign(
  sign: string,
  place: string,
  held: { readonly shift: boolean; readonly alt: boolean },
): readonly Reading[] {
  const written = sign === '' ? [] : [{ key: sign, ...held }];
  // Where Shift writes the sign, or a digit, it is no part of the shortcut.
  if (written.length > 0 && held.shift && (sign !== place || /^\d$/.test(place))) {
    written.unshift({ key: sign, alt: held.alt, shift: false });
  }
  const placed = place === '' ? [] : [{ key: place, ...held }];
  const signFirst = SIGNS.has(sign) && !/^\d$/.test(place);
  return signFirst ? [...written, ...placed] : [...placed, ...written];
}

/** The ways to read a press, the likeliest first. */
function readingsOf(press: KeyPress, mac: boolean): readonly Reading[] {
  const { key, code, shiftKey: shift, altKey } = press;
  const graph = isThirdLevel(press, mac);
  const alt = altKey && !graph;
  const silent = SILENT.has(key);
  const named = NAMED[key] ?? key;
  if (key.length > 1 && !silent) return [{ key: named, shift, alt }];
  if (key === ' ') return [{ key: named, shift, alt }];
  if (/^[a-z]$/i.test(key) && !graph) return [{ key: key.toUpperCase(), shift, alt }];
  const sign = /^[\x21-\x7e]$/.test(key) ? named : '';
  // Option writes another sign: the key is meant, or else what it writes.
  if (mac && alt && sign !== '') {
    const placed = readingsOfSign('', placeOf(code, true), { shift, alt });
    return [...placed, ...readingsOfSign(sign, '', { shift, alt: false })];
  }
  const place = graph ? '' : placeOf(code, sign === '');
  const read = readingsOfSign(sign, place, { shift, alt });
  return read.length > 0 || silent ? read : [{ key, shift, alt }];
}

/**
 * The combinations that a press may be meant as, such as `Mod+Shift+Z`, the likeliest first. Letters
 * are what is written on the key, wherever a layout has it. Signs are read as they are written, and
 * by the key's place on the board as well: layouts have brackets and slashes on other levels, or
 * not at all, and write digits with Shift.
 */
export function combinationsOf(press: KeyPress, mac: boolean): readonly string[] {
  const graph = isThirdLevel(press, mac);
  // Where the third level is Ctrl and Alt, those two say nothing.
  const ctrl = press.ctrlKey && !(graph && press.altKey);
  const held = [
    ...((mac ? press.metaKey : ctrl) ? ['Mod'] : []),
    ...(mac && press.ctrlKey ? ['Ctrl'] : []),
  ];
  const combinations = readingsOf(press, mac).map(({ key, shift, alt }) =>
    [...held, ...(alt ? ['Alt'] : []), ...(shift ? ['Shift'] : []), key].join('+'),
  );
  return [...new Set(combinations)];
}

/** The combination that was pressed, read the likeliest way; '' where it is none. */
export function combinationOf(press: KeyPress, mac: boolean): string {
  return combinationsOf(press, mac)[0] ?? '';
}

/** Keys that do something to the text in a field, whatever is held with them. */
const EDITING = /^(?:Backspace|Delete|Arrow\w+|Home|End|Insert)$/;

/**
 * Whether a press is the text's where one is typed: it writes something, or moves and deletes by words
 * and lines.
 */
export function belongsToText(press: KeyPress, mac: boolean): boolean {
  const { key, code, ctrlKey, metaKey, altKey, shiftKey } = press;
  if (EDITING.test(key)) return true;
  const mod = mac ? metaKey : ctrlKey;
  if (mod && !altKey) return /^Mod\+(?:Shift\+)?[ACVXZY]$/.test(combinationOf(press, mac));
  const writes = key.length === 1 || SILENT.has(key);
  if (!altKey && !ctrlKey && !metaKey) return key !== 'Escape' || shiftKey;
  if (isThirdLevel(press, mac)) return writes;
  // Option writes, and Alt with the number pad does under Windows.
  if (mac) return altKey && !ctrlKey && !metaKey && writes;
  if (altKey && !ctrlKey) return code.startsWith('Numpad');
  // Ctrl and Alt are the third level where there is no key for it.
  return ctrlKey && altKey && writes && !/^[a-z\d]$/i.test(key);
}

/** As macOS shows them, in its order. */
const MAC_HELD: readonly (readonly [string, string])[] = [
  ['Ctrl', '⌃'],
  ['Alt', '⌥'],
  ['Shift', '⇧'],
  ['Mod', '⌘'],
];
const SAME: Readonly<Record<string, string>> = {
  Mod: 'Ctrl',
  Plus: '+',
  ArrowUp: '↑',
  ArrowDown: '↓',
  ArrowLeft: '←',
  ArrowRight: '→',
};
const MAC_KEYS: Readonly<Record<string, string>> = {
  Backspace: '⌫',
  Delete: '⌦',
  Enter: '↩',
  Tab: '⇥',
};

/**
 * A combination as it is shown: `Ctrl+Shift+Z`, or `⇧⌘Z` on a Mac.
 * @param names what stands on keys, in the person's language; what is missing is called as it is
 */
export function shownKeys(
  combination: string,
  mac: boolean,
  names: Readonly<Record<string, string>>,
): string {
  const parts = combination.split('+');
  const word = (part: string): string => SAME[part] ?? names[part] ?? part;
  if (!mac) return parts.map(word).join('+');
  const last = parts.at(-1) ?? '';
  const held = MAC_HELD.filter(([name]) => parts.slice(0, -1).includes(name));
  return held.map(([, sign]) => sign).join('') + (MAC_KEYS[last] ?? word(last));
}

/** The keys that are held with the pointer, for hints that speak of them. */
export function heldKeys(
  mac: boolean,
  names: Readonly<Record<string, string>>,
): Readonly<Record<'mod' | 'alt' | 'shift', string>> {
  const name = (key: string): string => shownKeys(key, mac, names);
  if (mac) return { mod: '⌘', alt: '⌥', shift: '⇧' };
  return { mod: name('Mod'), alt: name('Alt'), shift: name('Shift') };
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
