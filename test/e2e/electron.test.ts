/** The same studio in Electron, where its runtime exists; skipped by name where it does not. */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { _electron, type ElectronApplication, type Page } from 'playwright-core';
import sharp from 'sharp';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { es } from '../../renderer/i18n/es/index.js';
import { root } from './harness.js';

/** The first whose main process is made of ES modules. */
const OLDEST = 28;
const MAIN = join(root, 'dist', 'main', 'hosts', 'electron', 'main.js');
const DRAWING = 120_000;

/** Where the runtime should be; undefined where none is named. */
function namedRuntime(): string | undefined {
  const folder = process.env.ELECTRON_OVERRIDE_DIST_PATH;
  if (folder !== undefined) return join(folder, 'electron');
  try {
    const path: unknown = createRequire(import.meta.url)('electron');
    return typeof path === 'string' ? path : undefined;
  } catch {
    return undefined;
  }
}

/** A runtime that can be used, or why there is none. */
function findRuntime(): { readonly path: string; readonly why: string } {
  const path = namedRuntime();
  if (path === undefined || !existsSync(path)) return { path: '', why: ': there is no runtime' };
  // Nativa does not run without it.
  if (process.getuid?.() === 0) return { path: '', why: ': Chromium’s sandbox refuses root' };
  const { stdout } = spawnSync(path, ['-p', 'process.versions.electron'], {
    encoding: 'utf8',
    env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
  });
  const version = stdout.trim();
  if (Number.parseInt(version, 10) >= OLDEST) return { path, why: '' };
  return { path: '', why: `: the runtime is ${version || 'broken'}, ${OLDEST} or newer is needed` };
}

const runtime = findRuntime();

describe.skipIf(runtime.path === '')(`in Electron${runtime.why}`, () => {
  let home: string;
  let app: ElectronApplication;
  let page: Page;

  const env = (): Record<string, string> => ({ ...process.env, NATIVA_HOME: home });

  async function start(...args: string[]): Promise<void> {
    app = await _electron.launch({
      executablePath: runtime.path,
      chromiumSandbox: true,
      args: [MAIN, '--lang=en', ...args],
      env: env(),
    });
    page = await app.firstWindow();
    await page.getByRole('application').waitFor();
  }

  /** A picture of one colour in the home. */
  async function picture(name: string, width: number, height: number): Promise<string> {
    const path = join(home, name);
    await sharp({ create: { width, height, channels: 3, background: '#c03030' } }).toFile(path);
    return path;
  }

  async function makePicture(): Promise<void> {
    await page.keyboard.press('Control+p');
    await page.keyboard.press('Control+a');
    await page.keyboard.type('a yellow duck');
    await page.keyboard.press('Enter');
    await page.getByRole('radio', { name: /^Candidate 1/ }).waitFor({ timeout: DRAWING });
    await page.keyboard.press('a');
    await page.locator('[data-document="256x256"]').waitFor();
  }

  /** Runs a command by the native menu. */
  async function choose(command: string): Promise<void> {
    await app.evaluate(({ Menu }, id) => {
      Menu.getApplicationMenu()?.getMenuItemById(id)?.click();
    }, command);
  }

  function askToQuit(): Promise<void> {
    return app.evaluate(({ app: own }) => {
      // Not before this is answered, for there is nobody to answer then.
      setTimeout(() => {
        own.quit();
      }, 50);
    });
  }

  /** Quits without saving. @returns the app's exit status */
  async function quit(): Promise<number | null> {
    const ended = new Promise<number | null>((resolve) => app.process().once('exit', resolve));
    await askToQuit();
    const leave = page.getByRole('button', { name: 'Don’t save' });
    await Promise.race([ended, leave.click().catch(() => undefined)]);
    return ended;
  }

  beforeAll(() => {
    spawnSync(process.execPath, [join(root, 'tools', 'start.mjs'), '--version']);
  });
  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'nativa-electron-'));
  });
  afterEach(async () => {
    if (app.process().exitCode === null) app.process().kill('SIGKILL');
    await rm(home, { recursive: true, force: true, maxRetries: 5 });
  });

  test('the studio opens, makes a picture and ends when it is quit', async () => {
    await start();
    expect(page.url()).toBe('nativa://app/');
    await makePicture();
    // Who cancels stays with the picture.
    await askToQuit();
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(await page.locator('[data-document="256x256"]').count()).toBe(1);
    expect(await quit()).toBe(0);
  });

  test('the page has the bridge and nothing else, and reaches nothing outside', async () => {
    await start();
    const seen = await page.evaluate(async () => ({
      bridge: Object.keys((globalThis as unknown as { nativa: object }).nativa).sort(),
      node: [typeof Reflect.get(globalThis, 'require'), typeof Reflect.get(globalThis, 'process')],
      opened: window.open('https://example.com') === null,
      outside: await fetch('https://example.com').then(
        () => true,
        () => false,
      ),
      file: (await fetch('nativa://app/package.json')).status,
    }));
    const bridge = ['onEvent', 'pixelRoute', 'request', 'saveFile'];
    const node = ['undefined', 'undefined'];
    expect(seen).toEqual({ bridge, node, opened: true, outside: false, file: 404 });
  });

  test('its menu is the studio’s, and does what it says', async () => {
    await start('--lang=es');
    expect(await page.getByRole('menubar').count()).toBe(0);
    const entry = await app.evaluate(({ Menu }) => {
      const item = Menu.getApplicationMenu()?.getMenuItemById('file.new');
      return { label: item?.label, enabled: item?.enabled };
    });
    expect(entry).toEqual({ label: es['command.file.new'], enabled: true });
    await choose('file.new');
    await page.getByRole('dialog').waitFor();
  });

  test('files come by command line, dialog and a second start, and are saved', async () => {
    const [first, second] = [await picture('a.png', 300, 200), await picture('b.png', 320, 240)];
    await start(first);
    await page.locator('[data-document="300x200"]').waitFor();
    await app.evaluate(({ dialog }, path) => {
      dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [path] });
    }, second);
    await choose('file.open');
    await page.locator('[data-document="320x240"]').waitFor();
    const again = spawn(runtime.path, [MAIN, 'a.png'], { cwd: home, env: env(), stdio: 'ignore' });
    expect(await new Promise((resolve) => again.once('exit', resolve))).toBe(0);
    await page.locator('[data-document="300x200"]').waitFor();
    // It is open already.
    expect(await page.getByRole('tab').count()).toBe(2);
    const target = join(home, 'saved.ora');
    await app.evaluate(({ dialog }, filePath) => {
      dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath });
    }, target);
    await page.keyboard.press('Control+s');
    await expect.poll(() => existsSync(target), { timeout: 10_000 }).toBe(true);
    const before = await stat(target);
    expect(before.size).toBeGreaterThan(1000);
    await page.getByRole('tab', { name: /saved/ }).waitFor();
    // Saved again it goes there by itself.
    await app.evaluate(({ dialog }) => {
      dialog.showSaveDialog = () => Promise.reject(new Error('asked again'));
    });
    await page.keyboard.press('Control+a');
    await page.keyboard.press('Control+s');
    await expect
      .poll(async () => (await stat(target)).mtimeMs, { timeout: 10_000 })
      .toBeGreaterThan(before.mtimeMs);
  });

  test('work outlives the end of its engine and of its page', async () => {
    await start();
    await makePicture();
    await app.evaluate(({ app: it }) => {
      const named = ({ name, serviceName }: Electron.ProcessMetric): boolean =>
        `${name} ${serviceName}`.includes('Nativa engine');
      const engine = it.getAppMetrics().find(named);
      if (engine) process.kill(engine.pid, 'SIGKILL');
    });
    await makePicture();
    // Kept within the seconds that the settings say.
    await page.waitForTimeout(7000);
    const text = await app.evaluate(async ({ BrowserWindow }) => {
      const [window] = BrowserWindow.getAllWindows();
      const loaded = new Promise<void>((resolve) =>
        window?.webContents.once('did-finish-load', () => {
          resolve();
        }),
      );
      window?.webContents.forcefullyCrashRenderer();
      await loaded;
      await new Promise((resolve) => setTimeout(resolve, 3000));
      return String(await window?.webContents.executeJavaScript('document.body.innerText'));
    });
    expect(text).toContain('256 × 256');
  });

  test('the window opens where it was closed, and wears the theme that was chosen', async () => {
    const bounds = { x: 60, y: 40, width: 1000, height: 700 };
    await start();
    const dark = await app.evaluate(async ({ BrowserWindow, nativeTheme }, place) => {
      const [window] = BrowserWindow.getAllWindows();
      window?.setBounds(place);
      const ask = "window.nativa.request('settings.set', { theme: 'dark' })";
      await window?.webContents.executeJavaScript(ask);
      return nativeTheme.shouldUseDarkColors;
    }, bounds);
    expect(dark).toBe(true);
    expect(await quit()).toBe(0);
    const kept: unknown = JSON.parse(await readFile(join(home, 'electron', 'window.json'), 'utf8'));
    expect(kept).toEqual({ bounds, maximized: false });
    await start();
    const found = await app.evaluate(({ BrowserWindow, nativeTheme }) => ({
      bounds: BrowserWindow.getAllWindows()[0]?.getBounds(),
      theme: nativeTheme.themeSource,
    }));
    expect(found).toEqual({ bounds, theme: 'dark' });
  });
});
