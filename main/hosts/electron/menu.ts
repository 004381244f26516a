/** The native menu: what every program has, and opening files. */
import { Menu, app, dialog } from 'electron';
import type { BrowserWindow, MenuItemConstructorOptions } from 'electron';
import type { Messages } from '../../services/i18n/index.js';

/** Extensions of what can be opened, without dots. */
const OPENABLE = [
  ...['ora', 'png', 'jpg', 'jpeg', 'webp', 'avif', 'tif', 'tiff', 'gif', 'svg', 'psd'],
];

/** Puts the menu up. @param open takes the files that a person chose */
export function setMenu(messages: Messages, open: (paths: readonly string[]) => void): void {
  const { window: words } = messages;
  const openItem: MenuItemConstructorOptions = {
    label: words.open,
    click: () => void chooseFiles(messages).then(open),
  };
  const file: MenuItemConstructorOptions[] = [
    openItem,
    { type: 'separator' },
    process.platform === 'darwin' ? { role: 'close' } : { role: 'quit', label: words.quit },
  ];
  const template: MenuItemConstructorOptions[] = [
    ...(process.platform === 'darwin' ? [{ role: 'appMenu' } as const] : []),
    { label: words.file, submenu: file },
    {
      label: words.view,
      submenu: [
        { role: 'togglefullscreen' },
        ...(app.isPackaged ? [] : [{ role: 'toggleDevTools' } as const]),
      ],
    },
    { role: 'windowMenu', label: words.window },
  ];
  Menu.setApplicationMenu(Menu.buildFromTemplate(template));
}

async function chooseFiles({ window: words }: Messages): Promise<readonly string[]> {
  const { canceled, filePaths } = await dialog.showOpenDialog({
    properties: ['openFile', 'multiSelections'],
    filters: [{ name: words.pictures, extensions: OPENABLE }],
  });
  return canceled ? [] : filePaths;
}

/** Asks where a file should go. @returns undefined where the person thought better of it */
export async function chooseTarget(
  window: BrowserWindow,
  name: string,
): Promise<string | undefined> {
  const { canceled, filePath } = await dialog.showSaveDialog(window, {
    defaultPath: name,
    properties: ['createDirectory', 'showOverwriteConfirmation'],
  });
  return canceled || filePath === '' ? undefined : filePath;
}
