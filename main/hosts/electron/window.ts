/** The studio's window. */
import { join } from 'node:path';
import { BrowserWindow, app, dialog, screen, session } from 'electron';
import type { WebContents } from 'electron';
import type { Messages } from '../../services/i18n/index.js';
import { PAGE, isOurs } from './scheme.js';
import { SMALLEST, placeWindow, readWindowState, writeWindowState } from './window-state.js';

/** Closes every door of the page but the bridge. Has to be done when the app is ready. */
export function lockDown(): void {
  const { defaultSession } = session;
  defaultSession.setPermissionRequestHandler((_contents, _permission, decide) => {
    decide(false);
  });
  defaultSession.setPermissionCheckHandler(() => false);
  // The page's policy forbids it too; this holds for whatever that policy does not cover.
  const outside = { urls: ['http://*/*', 'https://*/*', 'ws://*/*', 'wss://*/*', 'ftp://*/*'] };
  defaultSession.webRequest.onBeforeRequest(outside, (_details, decide) => {
    decide({ cancel: true });
  });
  app.on('web-contents-created', (_event, contents) => {
    confine(contents);
  });
}

function confine(contents: WebContents): void {
  contents.setWindowOpenHandler(() => ({ action: 'deny' }));
  contents.on('will-navigate', (event) => {
    event.preventDefault();
  });
  contents.on('will-redirect', (event) => {
    event.preventDefault();
  });
  contents.on('will-attach-webview', (event) => {
    event.preventDefault();
  });
}

/** Opens the window where it was. */
export function openWindow(preload: string, { window: words }: Messages): BrowserWindow {
  const statePath = join(app.getPath('userData'), 'window.json');
  const state = readWindowState(statePath);
  const primary = screen.getPrimaryDisplay();
  const others = screen.getAllDisplays().filter(({ id }) => id !== primary.id);
  const areas = [primary, ...others].map(({ workArea }) => workArea);
  const window = new BrowserWindow({
    ...placeWindow(state, areas),
    minWidth: SMALLEST.width,
    minHeight: SMALLEST.height,
    show: false,
    backgroundColor: '#1c1c1f',
    webPreferences: {
      preload,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webSecurity: true,
      spellcheck: false,
      navigateOnDragDrop: false,
      devTools: !app.isPackaged,
    },
  });
  if (state?.maximized === true) window.maximize();
  window.once('ready-to-show', () => {
    window.show();
  });
  window.on('close', () => {
    const maximized = window.isMaximized();
    writeWindowState(statePath, { bounds: window.getNormalBounds(), maximized });
  });
  const { webContents } = window;
  // The page asks not to be left while work is not saved.
  webContents.on('will-prevent-unload', (event) => {
    const buttons = [words.leave, words.stay];
    const options = { message: words.unsaved, buttons, cancelId: 1, defaultId: 1 };
    const choice = dialog.showMessageBoxSync(window, { type: 'question', ...options });
    if (choice === 0) event.preventDefault();
  });
  // The work is kept by the main process: a page that starts again finds it.
  webContents.on('render-process-gone', (_event, { reason }) => {
    if (reason !== 'clean-exit' && isOurs(webContents.getURL())) webContents.reload();
  });
  void window.loadURL(PAGE);
  return window;
}
