/** Entry of Electron's main process: the studio in a window of its own. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BrowserWindow, app, dialog, nativeTheme } from 'electron';
import { BlobStore } from '../../services/blobs.js';
import { languageOf } from '../../services/i18n/index.js';
import { application, folders } from '../../services/paths.js';
import { existingFiles } from '../../services/studio/files.js';
import { createStudio } from '../../services/studio/index.js';
import type { Studio } from '../../services/studio/router.js';
import { findAssets } from '../browser/assets.js';
import { fileWords, handedFiles } from './arguments.js';
import type { Handed } from './arguments.js';
import { Closing } from './closing.js';
import { connectPages } from './ipc.js';
import { NativeMenu } from './menu.js';
import { engineLauncher, runScript, svgLauncher } from './processes.js';
import { registerScheme, serveScheme } from './scheme.js';
import { leavesUnsaved, lockDown, openWindow } from './window.js';

const SCRIPT = fileURLToPath(import.meta.url);
const ENGINE = fileURLToPath(new URL('../../engine/host.js', import.meta.url));
/** How long the engine and the locks of open work have to end, in milliseconds. */
const PATIENCE = 3000;

/** Files that macOS asked to open before there was a studio. */
const early: string[] = [];
let studio: Studio | undefined;
/** Shows the window; there is none to show before the studio is there. */
let showWindow = (): void => undefined;

/** Puts files into the system's own list of recent ones, where it has one. */
function remember(paths: readonly string[]): readonly string[] {
  for (const path of paths) app.addRecentDocument(path);
  return paths;
}

function openFiles(paths: readonly string[]): void {
  remember(paths);
  if (studio === undefined) early.push(...paths);
  else if (paths.length > 0) {
    // Without a window nobody hears of it, but the page that opens asks for what waits.
    studio.openFiles(paths);
    showWindow();
  }
}

/** The window's closing, and the app's. */
function watchClosing(menu: NativeMenu): Closing {
  const closing = new Closing({
    ask: () => {
      showWindow();
      studio?.askToClose();
    },
    leavesAnyway: () => {
      const [window] = BrowserWindow.getAllWindows();
      return window === undefined || leavesUnsaved(window, menu.words);
    },
    leave: (quits) => {
      for (const window of BrowserWindow.getAllWindows()) window.destroy();
      if (quits) app.quit();
    },
  });
  app.on('before-quit', () => {
    closing.quit();
  });
  return closing;
}

/** Starts the studio and its window. */
async function run(files: readonly string[]): Promise<void> {
  await app.whenReady();
  const language = languageOf(app.getLocale());
  const { root, version } = application();
  app.setAboutPanelOptions({ applicationName: 'Nativa', applicationVersion: version });
  lockDown();
  const menu = new NativeMenu(language, {
    run: (command) => studio?.runCommand(command),
    open: () => void menu.chooseFiles().then(openFiles),
  });
  const closing = watchClosing(menu);
  const blobs = new BlobStore();
  studio = await createStudio({
    host: 'electron',
    language,
    blobs,
    files,
    launchEngine: engineLauncher(ENGINE),
    launchSvg: svgLauncher,
    runScript,
    chooseFiles: async () => remember(await menu.chooseFiles()),
    chooseFolder: () => menu.chooseFolder(),
    showMenu: (told) => {
      menu.show(told);
    },
    closing: (answer) => {
      closing.answer(answer);
    },
    showTheme: (theme) => {
      nativeTheme.themeSource = theme;
    },
  });
  serveScheme(findAssets(join(root, 'dist', 'renderer')), blobs);
  connectPages(studio, blobs, menu, () => {
    closing.page = true;
  });
  showWindow = () => {
    const [window] = BrowserWindow.getAllWindows();
    if (window?.isMinimized() === true) window.restore();
    if (window !== undefined) window.focus();
    else {
      openWindow({
        preload: join(root, 'dist', 'preload', 'index.cjs'),
        icon: join(root, 'dist', 'renderer', 'icon.png'),
        words: () => menu.words,
        mayClose: () => closing.mayClose(),
        onGone: () => {
          closing.page = false;
          menu.show(null);
        },
      });
    }
  };
  openFiles(early.splice(0));
  showWindow();
  app.on('activate', showWindow);
}

/** Ends the engine and lets go of the work before the app is gone. */
function closeFirst(): void {
  let [closing, over] = [false, false];
  app.on('will-quit', (event) => {
    if (over || studio === undefined) return;
    event.preventDefault();
    // Asked to end once more while it does: all the same it ends what it began.
    if (closing) return;
    closing = true;
    const late = new Promise((resolve) => setTimeout(resolve, PATIENCE));
    const closed = studio.close().catch(() => undefined);
    void Promise.race([closed, late]).then(() => {
      over = true;
      // Asked for while the event is still being told, quitting would be forgotten.
      setImmediate(() => {
        app.quit();
      });
    });
  });
}

app.setName('Nativa');
// One home, one studio: its lock and its window lie there too.
if (process.env.NATIVA_HOME) app.setPath('userData', join(folders().data, 'electron'));
if (process.platform === 'win32') app.setAppUserModelId('studio.nativa.app');
registerScheme();
app.enableSandbox();
app.on('open-file', (event, path) => {
  event.preventDefault();
  openFiles([path]);
});
app.on('second-instance', (_event, _argv, _folder, handed) => {
  openFiles(handedFiles(handed));
  showWindow();
});
app.on('window-all-closed', () => {
  if (process.platform !== 'darwin') app.quit();
});
closeFirst();
const files = existingFiles(fileWords(process.argv, SCRIPT), process.cwd());
if (app.requestSingleInstanceLock({ files } satisfies Handed)) {
  run(files).catch((error: unknown) => {
    const message = error instanceof Error ? error.message : String(error);
    process.stderr.write(`nativa: ${message}\n`);
    // Who started it from an icon sees nothing else.
    if (app.isPackaged) dialog.showErrorBox('Nativa', message);
    app.exit(1);
  });
} else app.quit();
