/** The native menu, and the system's dialogs for files. */
import { Menu, app, dialog } from 'electron';
import type { BrowserWindow, FileFilter } from 'electron';
import { extname } from 'node:path';
import { menuEntries } from '../../../preload/contract.js';
import type { HostMenu, HostMenuEntry } from '../../../preload/contract.js';
import { messagesFor } from '../../services/i18n/index.js';
import type { Language, Messages } from '../../services/i18n/index.js';
import { menuShape, menuTemplate } from './menu-template.js';
import type { MenuActions } from './menu-template.js';

/** Extensions of what can be opened, without dots. */
const OPENABLE = [
  ...['ora', 'png', 'jpg', 'jpeg', 'webp', 'avif', 'tif', 'tiff', 'gif', 'svg', 'psd'],
];

/** The kind of file that a name says; none where it says none. */
function filtersFor(name: string): FileFilter[] {
  const extension = extname(name).slice(1);
  return extension === '' ? [] : [{ name: extension.toUpperCase(), extensions: [extension] }];
}

/** The app's menu: the page's commands, as it last told them. */
export class NativeMenu {
  readonly #actions: MenuActions;
  #language: Language;
  #told: HostMenu | null = null;
  #shape: string | undefined;
  /** Dialogs of the system that are open: in them keys for text mean their own. */
  #dialogs = 0;

  constructor(language: Language, actions: MenuActions) {
    this.#language = language;
    this.#actions = actions;
    this.#put();
  }

  /** Words of the language that the studio speaks now. */
  get words(): Messages['window'] {
    return messagesFor(this.#language).window;
  }

  /** Shows what the page tells; null where there is no page any more. */
  show(menu: HostMenu | null): void {
    this.#told = menu;
    if (menu !== null) this.#language = menu.language;
    this.#put();
  }

  /** Asks for files to open. */
  async chooseFiles(): Promise<readonly string[]> {
    const { canceled, filePaths } = await this.#during(() =>
      dialog.showOpenDialog({
        properties: ['openFile', 'multiSelections'],
        filters: [{ name: this.words.pictures, extensions: OPENABLE }],
      }),
    );
    return canceled ? [] : filePaths;
  }

  /** Asks for a folder. @returns null where the person thought better of it */
  async chooseFolder(): Promise<string | null> {
    const { canceled, filePaths } = await this.#during(() =>
      dialog.showOpenDialog({ properties: ['openDirectory'] }),
    );
    return canceled ? null : (filePaths[0] ?? null);
  }

  /** Asks where a file should go. @returns undefined where the person thought better of it */
  async chooseTarget(window: BrowserWindow, name: string): Promise<string | undefined> {
    const { canceled, filePath } = await this.#during(() =>
      dialog.showSaveDialog(window, {
        defaultPath: name,
        // Systems put the ending back where a person types a name without it.
        filters: filtersFor(name),
        properties: ['createDirectory', 'showOverwriteConfirmation'],
      }),
    );
    return canceled || filePath === '' ? undefined : filePath;
  }

  async #during<T>(action: () => Promise<T>): Promise<T> {
    this.#dialogs++;
    this.#put();
    try {
      return await action();
    } finally {
      this.#dialogs--;
      this.#put();
    }
  }

  #put(): void {
    const typing = this.#told?.typing === true || this.#dialogs > 0;
    const menu = this.#told && { ...this.#told, typing };
    const shape = `${this.#language} ${menuShape(menu)}`;
    if (shape === this.#shape) {
      this.#update();
      return;
    }
    this.#shape = shape;
    const system = { mac: process.platform === 'darwin', packaged: app.isPackaged };
    const actions: MenuActions = {
      ...this.#actions,
      run: (command) => {
        this.#actions.run(command);
        // Electron has switched the entry; only the command knows whether it is on.
        this.#update();
      },
    };
    const template = menuTemplate(menu, this.words, system, actions);
    Menu.setApplicationMenu(Menu.buildFromTemplate(template));
  }

  /** Sets what is enabled and checked in the menu that is there. */
  #update(): void {
    const entries = this.#told ? menuEntries(this.#told) : [];
    for (const entry of entries) this.#set(entry);
  }

  #set({ command, enabled, checked }: HostMenuEntry): void {
    const item = Menu.getApplicationMenu()?.getMenuItemById(command);
    if (item == null || item.role !== undefined) return;
    item.enabled = enabled;
    if (checked !== null) item.checked = checked;
  }
}
