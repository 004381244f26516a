/** Entry of Electron's main process: the studio in a window of its own. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BrowserWindow, app } from 'electron';
import { BlobStore } from '../../services/blobs.js';
import { languageOf, messagesFor } from '../../services/i18n/index.js';
import { application } from '../../services/paths.js';
import { existingFiles } from '../../services/studio/files.js';
import { createStudio } from '../../services/studio/index.js';
import type { Studio } from '../../services/studio/router.js';
import { findAssets } from '../browser/assets.js';
import { connectPages } from './ipc.js';
import { setMenu } from './menu.js';
import { engineLauncher, runScript, svgLauncher } from './processes.js';
import { registerScheme, serveScheme } from './scheme.js';
import { lockDown, openWindow } from './window.js';

const ENGINE = fileURLToPath(new URL('../../engine/host.js', import.meta.url));

/** Files that macOS asked to open before there was a studio. */
const early: string[] = [];
let studio: Studio | undefined;

/** Files among a command line's words; the first is Electron or the app itself. */
function filesIn(argv: readonly string[], folder: string): string[] {
  return existingFiles(
    argv.slice(1).filter((word) => !word.startsWith('-')),
    folder,
  );
}

function openFiles(paths: readonly string[]): void {
  if (studio === undefined) early.push(...paths);
  else if (paths.length > 0) studio.openFiles(paths);
}

function showWindow(): void {
  const [window] = BrowserWindow.getAllWindows();
  if (window === undefined) return;
  if (window.isMinimized()) window.restore();
  window.focus();
}

/** Starts the studio and its window. */
async function run(): Promise<void> {
  await app.whenReady();
  const messages = messagesFor(languageOf(app.getLocale()));
  const { root } = application();
  lockDown();
  const blobs = new BlobStore();
  studio = await createStudio({
    host: 'electron',
    language: languageOf(app.getLocale()),
    blobs,
    files: filesIn(process.argv.slice(app.isPackaged ? 0 : 1), process.cwd()),
    launchEngine: engineLauncher(ENGINE),
    launchSvg: svgLauncher,
    runScript,
  });
  openFiles(early.splice(0));
  serveScheme(findAssets(join(root, 'dist', 'renderer')), blobs);
  connectPages(studio, blobs);
  setMenu(messages, openFiles);
  const preload = join(root, 'dist', 'preload', 'index.cjs');
  openWindow(preload, messages);
  app.on('activate', () => {
    if (BrowserWindow.getAllWindows().length === 0) openWindow(preload, messages);
  });
  app.on('will-quit', () => void studio?.close());
}

app.setName('Nativa');
registerScheme();
app.enableSandbox();
app.on('open-file', (event, path) => {
  event.preventDefault();
  openFiles([path]);
});
app.on('second-instance', (_event, argv, folder) => {
  openFiles(filesIn(argv.slice(app.isPackaged ? 0 : 1), folder));
  showWindow();
});
app.on('window-all-closed', () => {
  if (process.platform !== 'darwin') app.quit();
});
if (app.requestSingleInstanceLock()) {
  run().catch((error: unknown) => {
    process.stderr.write(`nativa: ${error instanceof Error ? error.message : String(error)}\n`);
    app.exit(1);
  });
} else app.quit();
