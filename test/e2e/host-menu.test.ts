/** The page under a host with a menu and dialogs of its own, as Electron's bridge is one. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test, vi } from 'vitest';
import {
  hostMenuSchema,
  type Ask,
  type HostMenu,
  menuEntries,
  type HostMenuEntry,
  type RequestName,
  type StudioEvent,
} from '../../preload/contract.js';
import { StudioPage, openSession } from '../support/studio.js';
import { closeBrowser, startServer, theBrowser } from './harness.js';
import { testPicture } from './pictures.js';

afterAll(closeBrowser);

/** Puts a bridge into the page before its own script runs. */
function bridgeInPage(): void {
  const scope = window as unknown as {
    hostRequest: (name: string, ask: unknown) => Promise<unknown>;
    hostEvent: (event: unknown) => void;
    nativa: unknown;
  };
  const listeners: ((event: unknown) => void)[] = [];
  scope.hostEvent = (event) => {
    for (const listener of listeners) listener(event);
  };
  scope.nativa = {
    pixelRoute: '/pixels',
    request: (name: string, ask: unknown) => scope.hostRequest(name, ask),
    onEvent: (listener: (event: unknown) => void) => listeners.push(listener),
  };
}

/** The real server behind a bridge that says it is Electron's. */
async function openUnderHost(home: string, photo: string) {
  const server = await startServer(home, [photo]);
  const cookie = await openSession(server.url);
  const services = await StudioPage.open(server.url, cookie);
  const menus: HostMenu[] = [];
  const closings: string[] = [];
  const answer = async (name: RequestName, ask: unknown): Promise<unknown> => {
    if (name === 'menu.show') menus.push(hostMenuSchema.parse(ask));
    if (name === 'window.closing') closings.push((ask as Ask<typeof name>).say);
    // The person chooses the file that the server was given.
    if (name === 'files.choose') return { files: ['photo.png'], first: 0 };
    const said = await services.request(name, ask as Ask<typeof name>);
    if (name !== 'app.start') return said;
    return { ...(said as object), host: 'electron', files: [] };
  };
  const context = await (await theBrowser()).newContext({ locale: 'en-US' });
  const [key = '', value = ''] = cookie.split('=');
  await context.addCookies([{ name: key, value, url: services.origin }]);
  const page = await context.newPage();
  await page.exposeFunction('hostRequest', answer);
  await page.addInitScript(bridgeInPage);
  await page.goto(services.origin);
  await page.getByRole('application').waitFor();
  const tell = (event: StudioEvent): Promise<void> =>
    page.evaluate((given) => {
      (window as unknown as { hostEvent: (event: unknown) => void }).hostEvent(given);
    }, event);
  const close = async (): Promise<void> => {
    await context.close();
    await services.close();
    await server.kill();
  };
  const run = (command: string): Promise<void> => tell({ type: 'command', command });
  return { page, menus, closings, tell, run, close };
}

test('the host’s menu follows the studio, and its clicks run commands', async () => {
  const home = await mkdtemp(join(tmpdir(), 'nativa-e2e-'));
  const photo = join(home, 'photo.png');
  await writeFile(photo, await testPicture(300, 200));
  const { page, menus, run, close } = await openUnderHost(home, photo);
  const entry = (id: string): HostMenuEntry | undefined => {
    const menu = menus.at(-1);
    return menu && menuEntries(menu).find(({ command }) => command === id);
  };
  const until = (check: () => void) => vi.waitFor(check, { timeout: 30_000 });
  try {
    expect(await page.getByRole('menubar').count()).toBe(0);
    await until(() => {
      expect(entry('file.save')).toMatchObject({ label: 'Save project', keys: 'Mod+S' });
    });
    expect(entry('file.save')?.enabled).toBe(false);

    await run('file.open');
    await page.locator('[data-document="300x200"]').waitFor({ timeout: 30_000 });
    await until(() => {
      expect(entry('file.save')?.enabled).toBe(true);
    });

    expect(entry('view.rulers')?.checked).toBe(false);
    await run('view.rulers');
    await until(() => {
      expect(entry('view.rulers')?.checked).toBe(true);
    });

    await page.keyboard.press('Control+p');
    await until(() => {
      expect(menus.at(-1)?.typing).toBe(true);
    });
    await page.keyboard.press('Escape');
    await page.getByRole('button').first().focus();
    await until(() => {
      expect(menus.at(-1)?.typing).toBe(false);
    });

    await run('edit.settings');
    await page.getByRole('dialog').waitFor();
    await until(() => {
      expect(entry('file.save')?.enabled).toBe(false);
    });
    await page.keyboard.press('Escape');
    await until(() => {
      expect(entry('file.save')?.enabled).toBe(true);
    });
  } finally {
    await close();
    await rm(home, { recursive: true, force: true });
  }
});

test('a window that closes asks about each document, and loses nothing until all may go', async () => {
  const home = await mkdtemp(join(tmpdir(), 'nativa-e2e-'));
  const photo = join(home, 'photo.png');
  await writeFile(photo, await testPicture(300, 200));
  const { page, closings, tell, run, close } = await openUnderHost(home, photo);
  const until = (check: () => void) => vi.waitFor(check, { timeout: 30_000 });
  const document = page.locator('[data-document="300x200"]');
  const question = page.getByRole('dialog', { name: 'Save “photo” before closing it?' });
  const unsaved = page.getByRole('tab', { name: /, not saved$/ });
  try {
    // Nothing is open: nothing is asked.
    await tell({ type: 'closing' });
    await until(() => {
      expect(closings).toEqual(['asking', 'leave']);
    });

    await run('file.open');
    await document.waitFor({ timeout: 30_000 });
    await run('layer.new');
    await run('file.new');
    await page.getByRole('dialog').getByRole('button', { name: 'Create' }).click();
    await run('layer.new');
    await vi.waitFor(async () => {
      expect(await unsaved.count()).toBe(2);
    });
    const other = page.getByRole('dialog', { name: 'Save “Untitled” before closing it?' });

    closings.length = 0;
    await tell({ type: 'closing' });
    await question.getByRole('button', { name: 'Don’t save' }).click({ timeout: 30_000 });
    await other.waitFor();
    // Asked to close once more, it goes on asking the same.
    await tell({ type: 'closing' });
    await page.keyboard.press('Escape');
    await until(() => {
      expect(closings).toEqual(['asking', 'stay']);
    });
    await other.waitFor({ state: 'detached' });
    // The one that was not wanted is still there.
    expect(await unsaved.count()).toBe(2);
    await page.getByRole('tab', { name: 'photo' }).click();
    await document.waitFor();

    closings.length = 0;
    await tell({ type: 'closing' });
    const download = page.waitForEvent('download');
    await question.waitFor({ timeout: 30_000 });
    await page.keyboard.press('Enter');
    expect((await download).suggestedFilename()).toBe('photo.ora');
    await other.getByRole('button', { name: 'Don’t save' }).click({ timeout: 30_000 });
    await until(() => {
      expect(closings).toEqual(['asking', 'leave']);
    });
  } finally {
    await close();
    await rm(home, { recursive: true, force: true });
  }
});
