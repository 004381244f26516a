/**
 * One table of everything that can be done: menus, shortcuts, palette, tooltips and the host's own
 * menu all read it. A command's title is the message `command.ID`.
 */
import type { MessageKey } from '../i18n/en/index.js';
import type { Studio } from '../state/studio.svelte.js';

type Named<Key> = Key extends `command.${infer Id}` ? Id : never;
/** Every command has a title, so that is where their names are spelt. */
export type CommandId = Named<MessageKey>;

export const MENUS = [
  'file',
  'edit',
  'image',
  'layer',
  'select',
  'create',
  'view',
  'window',
  'help',
] as const;
export type MenuName = (typeof MENUS)[number];

/** Menus within a menu, for what belongs together and is not wanted at every moment. */
export type SubmenuName = 'adjustment' | 'mask' | 'arrange' | 'align' | 'transform';

/** What a person can do. */
export interface Command {
  readonly id: CommandId;
  /** Default keys: `Mod+Shift+Z`; Mod is Cmd on a Mac and Ctrl elsewhere. */
  readonly keys?: readonly string[];
  /**
   * Keys before those where the page has a window of its own; a browser keeps them for itself.
   * `Ctrl` is that key on a Mac as well.
   */
  readonly appKeys?: readonly string[];
  /** Keys instead of those on a Mac, where the system has some for itself. */
  readonly macKeys?: readonly string[];
  /** Whether it is done again and again while its keys are held. */
  readonly repeats?: true;
  /** Only where files are written where the person says, and not downloaded. */
  readonly inPlace?: true;
  /** What its keys run while it cannot be run. */
  readonly meanwhile?: CommandId;
  /** Its keys mean it whenever it can be run, whatever else they run otherwise. */
  readonly modal?: true;
  /**
   * Where it stands; entries of one group stand together, in the order of the table. Those of a menu
   * within the menu stand where the first of them would.
   */
  readonly menu?: readonly [MenuName, group: number, within?: SubmenuName];
  /** Whether it can be run now; always, if absent. */
  when?(studio: Studio): boolean;
  /** Whether it is on, for commands that switch something. */
  checked?(studio: Studio): boolean;
  run(studio: Studio): void | Promise<void>;
  /** For commands that last while their key is held. */
  release?(studio: Studio): void;
}

/** What a menu has in a line: something to do, or a menu of such. */
export type MenuEntry =
  Command | { readonly submenu: SubmenuName; readonly commands: readonly Command[] };

/** Where the page is shown. */
export interface Shown {
  readonly host: 'browser' | 'electron';
  readonly mac: boolean;
  /** Whether a browser lets the page write files; Electron does. */
  readonly places: boolean;
}

/** The commands there are where the page is shown, with the keys that reach it there. */
export function commandsFor(
  commands: readonly Command[],
  { host, mac, places }: Shown,
): readonly Command[] {
  const shown = commands.map((command) => {
    const keys = (mac ? command.macKeys : undefined) ?? command.keys ?? [];
    const own =
      host === 'browser'
        ? []
        : (command.appKeys ?? []).map((key) => (mac ? key : key.replace(/^Ctrl\+/, 'Mod+')));
    const all = [...new Set([...own, ...keys])];
    return all.length === 0 ? command : { ...command, keys: all };
  });
  return shown.filter(({ inPlace }) => host !== 'browser' || places || inPlace !== true);
}

/** The commands by id. @throws Error where two have one id */
export class Registry {
  readonly #commands = new Map<CommandId, Command>();

  constructor(commands: readonly Command[]) {
    for (const command of commands) {
      if (this.#commands.has(command.id)) throw new Error(`two commands are called ${command.id}`);
      this.#commands.set(command.id, command);
    }
  }

  get all(): readonly Command[] {
    return [...this.#commands.values()];
  }

  get(id: CommandId): Command {
    const command = this.#commands.get(id);
    if (command === undefined) throw new Error(`there is no command ${id}`);
    return command;
  }

  has(id: string): id is CommandId {
    return (this.#commands as ReadonlyMap<string, Command>).has(id);
  }

  /** The entries of a menu, in groups. */
  menu(name: MenuName): readonly (readonly MenuEntry[])[] {
    const groups = new Map<number, MenuEntry[]>();
    const inner = new Map<SubmenuName, Command[]>();
    for (const command of this.#commands.values()) {
      const [menu, place = 0, within] = command.menu ?? [];
      if (menu !== name) continue;
      const group = groups.get(place) ?? [];
      groups.set(place, group);
      const known = within && inner.get(within);
      if (known) known.push(command);
      else if (within) {
        const commands = [command];
        inner.set(within, commands);
        group.push({ submenu: within, commands });
      } else group.push(command);
    }
    return [...groups.entries()].sort(([a], [b]) => a - b).map(([, group]) => group);
  }
}
