import type { MenuItemConstructorOptions } from 'electron';
import { describe, expect, test } from 'vitest';
import { menuShape, menuTemplate } from '../../../../main/hosts/electron/menu-template.js';
import { messagesFor } from '../../../../main/services/i18n/index.js';
import { hostMenuSchema, type HostMenu } from '../../../../preload/contract.js';
import { hostMenu, type MenuState } from '../../../../renderer/commands/host-menu.js';
import { COMMANDS } from '../../../../renderer/commands/index.js';
import { keysOf } from '../../../../renderer/commands/keys.js';
import { MENUS, Registry } from '../../../../renderer/commands/registry.js';
import { en } from '../../../../renderer/i18n/en/index.js';
import { es } from '../../../../renderer/i18n/es/index.js';

type Item = MenuItemConstructorOptions;

const registry = new Registry(COMMANDS);

/** The menu as the page tells it and the host hears it. */
function told(state: Partial<MenuState> = {}): HostMenu {
  const menu = hostMenu(registry, {
    language: 'en',
    typing: false,
    word: (key) => en[key],
    enabled: () => true,
    checked: () => undefined,
    keys: (command) => keysOf(command, {}),
    documents: [],
    recent: [],
    ...state,
  });
  return hostMenuSchema.parse(menu);
}

const LINUX = { mac: false, packaged: true };
const MAC = { mac: true, packaged: true };

function template(menu: HostMenu | null, system = LINUX, run: (id: string) => void = () => {}) {
  const { window: words } = messagesFor(menu?.language ?? 'en');
  return menuTemplate(menu, words, system, { run, open: () => undefined });
}

const inside = ({ submenu }: Item): Item[] => (Array.isArray(submenu) ? submenu : []);
const all = (items: readonly Item[]): Item[] =>
  items.flatMap(inside).flatMap((item) => [item, ...all([item])]);
const find = (items: readonly Item[], id: string): Item | undefined =>
  all(items).find((item) => item.id === id);
const labels = (items: readonly Item[]): unknown[] => items.map(({ label }) => label);
const roles = (items: readonly Item[]): unknown[] => all(items).flatMap(({ role }) => role ?? []);

/** Clicks as Electron does, of which an entry needs nothing. */
function click(item: Item | undefined): void {
  (item?.click as (() => void) | undefined)?.();
}

describe('the menu outside of the page', () => {
  test.each([LINUX, MAC])('has every command of the page’s menus once', (system) => {
    const ids = all(template(told(), system)).flatMap(({ id }) => id ?? []);
    const wanted = COMMANDS.filter((command) => command.menu && !command.release).map(
      ({ id }) => id,
    );
    expect(ids.toSorted()).toEqual(wanted.toSorted());
  });

  test('stands in the registry’s order, with lines between its groups', () => {
    const file = inside(template(told())[0] ?? {});
    const shown = file.map(({ id, role, type }) => id ?? role ?? type);
    const groups = registry
      .menu('file')
      .map((group) => group.map((entry): string => ('id' in entry ? entry.id : entry.submenu)));
    expect(shown).toEqual([...groups.flatMap((group) => [...group, 'separator']), 'quit']);
  });

  test('puts what belongs together into a menu within the menu', () => {
    const layer = template(told()).find(({ label }) => label === en['menu.layer']);
    const masks = inside(layer ?? {}).find(({ label }) => label === en['menu.in.mask']);
    expect(inside(masks ?? {}).map(({ id }) => id)).toContain('mask.invert');
    expect(inside(layer ?? {}).map(({ id }) => id)).not.toContain('mask.invert');
  });

  test.each([
    ['en', en],
    ['es', es],
  ] as const)('speaks %s', (language, catalogue) => {
    const items = template(told({ language, word: (key) => catalogue[key] }));
    expect(labels(items)).toEqual(MENUS.map((name) => catalogue[`menu.${name}`]));
    expect(find(items, 'layer.duplicate')?.label).toBe(catalogue['command.layer.duplicate']);
    expect(all(items).find(({ role }) => role === 'quit')?.label).toBe(
      messagesFor(language).window.quit,
    );
  });

  test('shows the keys that the person set, and leaves hearing them to the page', () => {
    const own = { 'edit.undo': ['Mod+Alt+U'], 'edit.redo': [] };
    const items = template(told({ keys: (command) => keysOf(command, own) }));
    expect(find(items, 'edit.undo')).toMatchObject({
      accelerator: 'CommandOrControl+Alt+U',
      registerAccelerator: false,
    });
    expect(find(items, 'edit.redo')).not.toHaveProperty('accelerator');
  });

  test('says what can be done and what is on', () => {
    const items = template(
      told({
        enabled: ({ id }) => id !== 'file.save',
        checked: ({ id }) => (id === 'view.rulers' ? true : undefined),
      }),
    );
    expect(find(items, 'file.save')?.enabled).toBe(false);
    expect(find(items, 'file.open')?.enabled).toBe(true);
    expect(find(items, 'view.rulers')).toMatchObject({ type: 'checkbox', checked: true });
    expect(find(items, 'file.open')?.type).toBeUndefined();
  });

  test('runs commands by their names', () => {
    const ran: string[] = [];
    const items = template(told(), LINUX, (id) => ran.push(id));
    click(find(items, 'file.export'));
    click(find(items, 'edit.copy'));
    expect(ran).toEqual(['file.export', 'edit.copy']);
  });

  test('lets the system copy and undo the text of a field that has the keyboard', () => {
    const items = template(told({ typing: true, enabled: () => false }), MAC);
    const text = ['undo', 'redo', 'cut', 'copy', 'paste', 'selectAll'];
    const ids = ['edit.undo', 'edit.redo', 'edit.cut', 'edit.copy', 'edit.paste', 'select.all'];
    expect(ids.map((id) => find(items, id)?.role)).toEqual(text);
    for (const id of ids) expect(find(items, id)).not.toHaveProperty('enabled');
    expect(find(items, 'edit.copyMerged')?.role).toBeUndefined();
  });
});

describe('each system gets what it demands', () => {
  test('macOS: the app’s menu first, with settings; a window’s, and help last', () => {
    const items = template(told(), MAC);
    expect(items[0]?.label).toBe('Nativa');
    expect(inside(items[0] ?? {}).some(({ id }) => id === 'edit.settings')).toBe(true);
    expect(items.slice(-2).map(({ role }) => role)).toEqual(['window', 'help']);
    expect(roles(items).filter((role) => role === 'quit')).toHaveLength(1);
    expect(inside(items[0] ?? {})[0]?.id).toBe('help.about');
    expect(roles(items)).toEqual(expect.arrayContaining(['hide', 'services', 'close']));
  });

  test('others: the end of the program under File, who made it under Help', () => {
    const items = template(told());
    expect(inside(items[0] ?? {}).at(-1)?.role).toBe('quit');
    expect(inside(items.at(-1) ?? {}).at(-1)?.id).toBe('help.about');
    expect(roles(items)).not.toContain('hide');
  });

  test('tools for developers only where it is developed', () => {
    expect(roles(template(told()))).not.toContain('toggleDevTools');
    expect(roles(template(told(), { mac: false, packaged: false }))).toContain('toggleDevTools');
  });

  test.each([LINUX, MAC])('without a page: opening files and the end', (system) => {
    const items = template(null, system);
    expect(labels(all(items))).toContain('Open…');
    expect(roles(items)).toContain('quit');
    expect(all(items).some(({ id }) => id !== undefined)).toBe(false);
  });

  test.each([LINUX, MAC])('no line stands first, last or beside another', (system) => {
    for (const menu of template(told(), system)) {
      const lines = inside(menu).map(({ type }) => (type === 'separator' ? '-' : 'x'));
      expect(lines.join(''), String(menu.label)).toMatch(/^x+(-x+)*$/);
    }
  });
});

test('a menu is built anew for words, keys and fields, not for what is enabled or on', () => {
  const shape = menuShape(told({ checked: (command) => command.checked && false }));
  const on = told({ checked: (command) => command.checked && true, enabled: () => false });
  expect(menuShape(on)).toBe(shape);
  expect(menuShape(told())).not.toBe(shape);
  expect(menuShape(told({ typing: true }))).not.toBe(menuShape(told()));
  expect(menuShape(told({ keys: () => [] }))).not.toBe(menuShape(told()));
  expect(menuShape(null)).not.toBe(shape);
});
