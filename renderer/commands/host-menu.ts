/** The registry as a menu that a host outside the page can show. */
import type { HostMenu, HostMenuEntry, HostMenuLine } from '../../preload/contract.js';
import type { MessageKey } from '../i18n/en/index.js';
import { MENUS, type Command, type MenuEntry, type Registry } from './registry.js';

/** What a menu says besides what stands in the registry. */
export interface MenuState {
  readonly language: HostMenu['language'];
  /** Whether a text field has the keyboard. */
  readonly typing: boolean;
  /** A message in that language. */
  word(key: MessageKey): string;
  enabled(command: Command): boolean;
  /** Undefined for commands that switch nothing. */
  checked(command: Command): boolean | undefined;
  keys(command: Command): readonly string[];
  /** The open documents, in the order of their tabs. */
  readonly documents: readonly {
    readonly key: string;
    readonly name: string;
    readonly shown: boolean;
  }[];
  /** Files to open again, the latest first. */
  readonly recent: readonly { readonly id: string; readonly name: string }[];
}

/** What fits into an entry. */
const LONGEST = 200;
/** The most documents that are listed. */
const MOST = 100;

/**
 * All menus with their words, keys and states. Commands that last while their key is held are left
 * out: a menu cannot be held.
 */
export function hostMenu(registry: Registry, state: MenuState): HostMenu {
  const entry = (command: Command): HostMenuEntry => ({
    command: command.id,
    label: state.word(`command.${command.id}`),
    keys: state.keys(command)[0] ?? null,
    enabled: state.enabled(command),
    checked: state.checked(command) ?? null,
  });
  const entries = (commands: readonly Command[]): HostMenuEntry[] =>
    commands.filter((command) => !command.release).map(entry);
  const line = (one: MenuEntry): HostMenuLine[] =>
    'submenu' in one
      ? [{ label: state.word(`menu.in.${one.submenu}`), entries: entries(one.commands) }]
      : entries([one]);
  const documents = state.documents.slice(0, MOST).map(({ key, name, shown }): HostMenuEntry => ({
    command: key,
    label: name.slice(0, LONGEST),
    keys: null,
    enabled: true,
    checked: shown,
  }));
  const recent = state.recent.map(({ id, name }): HostMenuEntry => ({
    command: id,
    label: name.slice(0, LONGEST),
    keys: null,
    enabled: true,
    checked: null,
  }));
  const menus = MENUS.map((id) => {
    const commands: HostMenuLine[][] = registry.menu(id).map((group) => group.flatMap(line));
    const more = { window: documents, file: recent }[id as string];
    const groups = more ? [...commands, more] : commands;
    return {
      id,
      label: state.word(`menu.${id}`),
      groups: groups.filter((group) => group.length > 0),
    };
  });
  return { language: state.language, typing: state.typing, menus };
}
