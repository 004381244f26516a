/** The native menu as data: what the page tells, and what each system wants beside it. */
import type { MenuItemConstructorOptions } from 'electron';
import { menuEntries } from '../../../preload/contract.js';
import type { HostMenu, HostMenuEntry, HostMenuLine } from '../../../preload/contract.js';
import type { Messages } from '../../services/i18n/index.js';
import { acceleratorOf } from './accelerator.js';

type Item = MenuItemConstructorOptions;
type Words = Messages['window'];

/** Where the menu is shown. */
export interface MenuSystem {
  /** Menus at the top of the screen, with the app's own first. */
  readonly mac: boolean;
  /** Without the tools of developers. */
  readonly packaged: boolean;
}

/** What the entries do. */
export interface MenuActions {
  /** Runs a command of the page's registry. */
  readonly run: (command: string) => void;
  /** Asks for files and opens them, where no page does. */
  readonly open: () => void;
}

/** What these do to the text in a field; while one has the keyboard the system does it. */
const TEXT_ROLES: Readonly<Record<string, Exclude<Item['role'], undefined>>> = {
  'edit.undo': 'undo',
  'edit.redo': 'redo',
  'edit.cut': 'cut',
  'edit.copy': 'copy',
  'edit.paste': 'paste',
  'select.all': 'selectAll',
};

/** On macOS these stand in the app's own menu. */
const SETTINGS = 'edit.settings';
const ABOUT = 'help.about';
/** Menus that macOS knows. */
const MAC_ROLES: Readonly<Record<string, { readonly role: 'help' | 'window' }>> = {
  help: { role: 'help' },
  window: { role: 'window' },
};
const SEPARATOR: Item = { type: 'separator' };

/** Groups with lines between them. */
function lined(groups: readonly (readonly Item[])[]): Item[] {
  return groups
    .filter((group) => group.length > 0)
    .flatMap((group, index) => (index === 0 ? group : [SEPARATOR, ...group]));
}

/** The menu's template. @param menu what the page told; null where there is no page */
export function menuTemplate(
  menu: HostMenu | null,
  words: Words,
  system: MenuSystem,
  actions: MenuActions,
): Item[] {
  const item = (entry: HostMenuEntry): Item =>
    itemOf(entry, menu?.typing === true, system, actions);
  const told = menu?.menus ?? [];
  const line = (one: HostMenuLine): Item =>
    'entries' in one ? { label: one.label, submenu: one.entries.map(item) } : item(one);
  const of = (wanted: string): Item[] =>
    (menu ? menuEntries(menu) : []).filter(({ command }) => command === wanted).map(item);
  const inOwn = (one: HostMenuLine): boolean =>
    system.mac && !('entries' in one) && [SETTINGS, ABOUT].includes(one.command);
  const menus = told.map(({ id, label, groups }): Item => {
    const items = groups.map((group) => group.filter((one) => !inOwn(one)).map(line));
    const role = system.mac ? (MAC_ROLES[id] ?? {}) : {};
    return { ...role, label, submenu: lined([...items, ...ownItems(id, words, system)]) };
  });
  const open: Item = { label: words.open, accelerator: 'CommandOrControl+O', click: actions.open };
  const file = lined([[open], ...ownItems('file', words, system)]);
  const shown = menus.length > 0 ? menus : [{ label: words.file, submenu: file }];
  if (!system.mac) return shown;
  // Help is the last one everywhere.
  const help = shown.filter(({ role }) => role === 'help');
  const others = shown.filter(({ role }) => role !== 'help');
  const own = others.some(({ role }) => role === 'window') ? [] : [windowMenu(words)];
  return [appMenu(words, of(ABOUT), of(SETTINGS)), ...others, ...own, ...help];
}

function itemOf(
  { command, label, keys, enabled, checked }: HostMenuEntry,
  typing: boolean,
  { mac }: MenuSystem,
  actions: MenuActions,
): Item {
  const accelerator = keys === null ? undefined : acceleratorOf(keys, mac);
  const common: Item = {
    id: command,
    label,
    ...(accelerator !== undefined && { accelerator }),
    // The page hears its keys itself; outside of macOS a menu can leave them to it.
    registerAccelerator: false,
  };
  const role = typing ? TEXT_ROLES[command] : undefined;
  if (role !== undefined) return { ...common, role };
  return {
    ...common,
    enabled,
    ...(checked !== null && { type: 'checkbox', checked }),
    click: () => {
      actions.run(command);
    },
  };
}

/** What the page has no part in, at the end of some menus. */
function ownItems(id: string, words: Words, { mac, packaged }: MenuSystem): Item[][] {
  if (id === 'file') {
    // The keys without Shift close a document.
    const close: Item = { role: 'close', label: words.close, accelerator: 'Shift+Command+W' };
    return [[mac ? close : { role: 'quit', label: words.quit }]];
  }
  if (id === 'view') {
    const tools: Item = { role: 'toggleDevTools', label: words.developer };
    return [[{ role: 'togglefullscreen', label: words.fullscreen }, ...(packaged ? [] : [tools])]];
  }
  return id === 'window' && mac ? windowItems(words) : [];
}

function appMenu(words: Words, about: readonly Item[], settings: readonly Item[]): Item {
  const groups: Item[][] = [
    // Without a page the system shows what it knows.
    about.length > 0 ? [...about] : [{ role: 'about', label: words.about }],
    [...settings],
    [{ role: 'services', label: words.services }],
    [
      { role: 'hide', label: words.hide },
      { role: 'hideOthers', label: words.hideOthers },
      { role: 'unhide', label: words.showAll },
    ],
    [{ role: 'quit', label: words.quit }],
  ];
  return { label: 'Nativa', submenu: lined(groups) };
}

function windowMenu(words: Words): Item {
  return { role: 'window', label: words.window, submenu: lined(windowItems(words)) };
}

function windowItems(words: Words): Item[][] {
  const sizes: Item[] = [
    { role: 'minimize', label: words.minimize },
    { role: 'zoom', label: words.zoom },
  ];
  return [sizes, [{ role: 'front', label: words.front }]];
}

/** All that a menu is made of; two of one shape differ only in what is enabled and checked. */
export function menuShape(menu: HostMenu | null): string {
  return JSON.stringify(menu, (key, value: unknown) =>
    key === 'enabled' || key === 'checked' ? value !== null : value,
  );
}
