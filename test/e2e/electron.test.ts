/** The same studio in Electron, where its runtime exists; skipped by name where it does not. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { _electron } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { es } from '../../renderer/i18n/es.js';
import { root } from './harness.js';

/** The runtime's path; undefined where none is installed. */
function runtime(): string | undefined {
  const folder = process.env.ELECTRON_OVERRIDE_DIST_PATH;
  if (folder !== undefined) return join(folder, 'electron');
  try {
    const path: unknown = createRequire(import.meta.url)('electron');
    return typeof path === 'string' && existsSync(path) ? path : undefined;
  } catch {
    return undefined;
  }
}

const path = runtime();

describe('in Electron', () => {
  test.skipIf(path === undefined)('the studio opens, makes a picture and closes', async () => {
    const home = await mkdtemp(join(tmpdir(), 'nativa-electron-'));
    spawnSync(process.execPath, [join(root, 'tools', 'start.mjs'), '--version']);
    const app = await _electron.launch({
      executablePath: path ?? '',
      args: [join(root, 'dist', 'main', 'hosts', 'electron', 'main.js'), '--lang=en'],
      env: { ...process.env, NATIVA_HOME: home },
    });
    try {
      const page = await app.firstWindow();
      await page.getByRole('application').waitFor();
      await page.keyboard.press('Control+p');
      await page.keyboard.type('a yellow duck');
      await page.keyboard.press('Enter');
      await page.getByRole('radio', { name: /^Candidate 1/ }).waitFor({ timeout: 120_000 });
      await page.keyboard.press('a');
      expect(await page.locator('[data-document="256x256"]').count()).toBe(1);

      // Ending the app asks; who cancels stays with the picture.
      await app.evaluate(({ app: own }) => {
        own.quit();
      });
      await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      expect(await page.locator('[data-document="256x256"]').count()).toBe(1);
      const ended = app.waitForEvent('close');
      await app.evaluate(({ app: own }) => {
        own.quit();
      });
      await page.getByRole('button', { name: 'Don’t save' }).click();
      await ended;
    } finally {
      await app.close();
      await rm(home, { recursive: true, force: true });
    }
  });

  test.skipIf(path === undefined)('its menu is the studio’s, and does what it says', async () => {
    const home = await mkdtemp(join(tmpdir(), 'nativa-electron-'));
    spawnSync(process.execPath, [join(root, 'tools', 'start.mjs'), '--version']);
    const app = await _electron.launch({
      executablePath: path ?? '',
      args: [join(root, 'dist', 'main', 'hosts', 'electron', 'main.js'), '--lang=es'],
      env: { ...process.env, NATIVA_HOME: home },
    });
    try {
      const page = await app.firstWindow();
      await page.getByRole('application').waitFor();
      expect(await page.getByRole('menubar').count()).toBe(0);
      const entry = await app.evaluate(({ Menu }) => {
        const item = Menu.getApplicationMenu()?.getMenuItemById('file.new');
        item?.click();
        return { label: item?.label, enabled: item?.enabled };
      });
      expect(entry).toEqual({ label: es['command.file.new'], enabled: true });
      await page.getByRole('dialog').waitFor();
    } finally {
      await app.close();
      await rm(home, { recursive: true, force: true });
    }
  });
});
