/** The studio's window. */
import { join } from 'node:path';
import { BrowserWindow, app, dialog, nativeTheme, screen, session } from 'electron';
import type { WebContents } from 'electron';
import type { Messages } from '../../services/i18n/index.js';
import { PAGE, mayUse } from './address.js';
import { CrashLimit } from './crashes.js';
import { SMALLEST, placeWindow, readWindowState, writeWindowState } from './window-state.js';

/** What a window is made of. */
export interface WindowOptions {
  /** Path of the preload script. */
  readonly preload: string;
  /** Path of the icon, where windows have their own. */
  readonly icon: string;
  /** Words of the language that is spoken now. */
  readonly words: () => Messages['window'];
  /** Whether the window may close now; if not, it is closed by whoever said so. */
  readonly mayClose: () => boolean;
  /** There is no page behind the menu any more. */
  readonly onGone: () => void;
}

/** Closes every door of the page but the bridge. Has to be done when the app is ready. */
export function lockDown(): void {
  const { defaultSession } = session;
  defaultSession.setPermissionRequestHandler((_contents, permission, decide, { requestingUrl }) => {
    decide(mayUse(permission, requestingUrl));
  });
  defaultSession.setPermissionCheckHandler((_contents, permission, origin) =>
    mayUse(permission, origin),
  );
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
export function openWindow(options: WindowOptions): BrowserWindow {
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
    // As renderer/styles/theme.css has it: seen before the page is drawn, and while it is resized.
    backgroundColor: nativeTheme.shouldUseDarkColors ? '#191a1f' : '#f6f7f9',
    ...(process.platform === 'linux' && { icon: options.icon }),
    webPreferences: {
      preload: options.preload,
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
  window.on('close', (event) => {
    const maximized = window.isMaximized();
    writeWindowState(statePath, { bounds: window.getNormalBounds(), maximized });
    if (!options.mayClose()) event.preventDefault();
  });
  window.once('closed', () => {
    if (BrowserWindow.getAllWindows().length === 0) options.onGone();
  });
  askBeforeLeaving(window, options);
  recover(window, options);
  void window.loadURL(PAGE);
  return window;
}

/** Asks without the page whether work that is not saved may be left. */
export function leavesUnsaved(window: BrowserWindow, words: Messages['window']): boolean {
  const { leave, stay, unsaved } = words;
  const options = { message: unsaved, buttons: [leave, stay], cancelId: 1, defaultId: 1 };
  return dialog.showMessageBoxSync(window, { type: 'question', ...options }) === 0;
}

/** A page that is loaded again asks not to be left while work is not even kept. */
function askBeforeLeaving(window: BrowserWindow, { words }: WindowOptions): void {
  window.webContents.on('will-prevent-unload', (event) => {
    if (leavesUnsaved(window, words())) event.preventDefault();
  });
}

/** The work is kept by the main process: a page that starts again finds it. */
function recover(window: BrowserWindow, { words, onGone }: WindowOptions): void {
  const { webContents } = window;
  const limit = new CrashLimit();
  webContents.on('render-process-gone', (_event, { reason }) => {
    if (reason === 'clean-exit') return;
    onGone();
    if (!limit.allows(Date.now())) {
      const { crashed, again, quit } = words();
      const options = { message: crashed, buttons: [again, quit], cancelId: 1, defaultId: 0 };
      if (dialog.showMessageBoxSync(window, { type: 'error', ...options }) === 1) {
        window.destroy();
        app.quit();
        return;
      }
      limit.forgive();
    }
    void window.loadURL(PAGE);
  });
  let asked: AbortController | undefined;
  window.on('unresponsive', () => {
    asked ??= new AbortController();
    const { hanging, wait, restart } = words();
    const options = { message: hanging, buttons: [wait, restart], cancelId: 0, defaultId: 0 };
    void dialog
      .showMessageBox(window, { type: 'warning', ...options, signal: asked.signal })
      .then(({ response }) => {
        if (response === 1 && !window.isDestroyed()) webContents.forcefullyCrashRenderer();
      });
  });
  window.on('responsive', () => {
    asked?.abort();
    asked = undefined;
  });
}
