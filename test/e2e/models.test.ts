/** The model manager, with a server on this machine in place of the catalogue's. */
import { cp, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import axe from 'axe-core';
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import type { Page } from 'playwright-core';
import { CHECKPOINT, Hub } from '../support/hub.js';
import { closeBrowser, openStudio, startServer, type StudioPage } from './harness.js';

const NAME = 'BLIP3o-NEXT-edit-VAE';
const ID = 'blip3o-next-edit-vae';
const SHARD = 'model-00001-of-00002.safetensors';
const READY = { timeout: 60_000 };

let hub: Hub;
let studio: StudioPage | undefined;
beforeEach(async () => {
  hub = await Hub.withCheckpoint();
});
afterEach(async () => {
  await studio?.close();
  studio = undefined;
  await hub.stop();
});
afterAll(closeBrowser);

/** The page of models in the settings. */
async function openManager(page: Page, tab = 'Models') {
  await page.keyboard.press('Control+,');
  await page.getByRole('tab', { name: tab }).click();
  return page.getByRole('dialog').first();
}

/** Says where models come from, as a person does. */
async function useServer(page: Page, label = 'Server', field = 'Address'): Promise<void> {
  await page.getByText(label, { exact: true }).click();
  await page.getByLabel(field, { exact: true }).fill(hub.url);
  await page.keyboard.press('Tab');
}

/** From the list to the bytes. */
async function beginDownload(page: Page): Promise<void> {
  await page.getByRole('button', { name: `Download ${NAME}` }).click();
  const terms = page.getByRole('dialog', { name: `Download ${NAME}` });
  await terms.getByRole('checkbox').check();
  await terms.getByRole('button', { name: 'Download' }).click();
  await terms.waitFor({ state: 'detached' });
}

test('a model is downloaded with a pause, used, checked and deleted', async () => {
  studio = await openStudio();
  const { page } = studio;
  const manager = await openManager(page);
  await manager.getByText('comes with Nativa').waitFor();
  await manager.getByText(NAME, { exact: true }).waitFor();
  expect(hub.seen).toEqual([]);
  await useServer(page);
  await page.getByRole('button', { name: `Download ${NAME}` }).click();
  const terms = page.getByRole('dialog', { name: `Download ${NAME}` });
  await terms.getByText('test-terms · non-commercial').waitFor();
  const go = terms.getByRole('button', { name: 'Download' });
  expect(await go.isDisabled()).toBe(true);
  expect(hub.asked(SHARD)).toEqual([]);
  hub.slow = { piece: 4000, pause: 100 };
  await terms.getByRole('checkbox').check();
  await go.click();
  await manager.getByRole('button', { name: `Pause ${NAME}` }).click();
  await manager.getByText(/^Paused at/).waitFor();
  hub.slow = undefined;
  await manager.getByRole('button', { name: `Resume ${NAME}` }).click();
  await page.getByText(`${NAME} is ready to use.`).waitFor(READY);
  await manager.getByRole('radio', { name: NAME }).check();
  await manager.getByRole('button', { name: `Check the files of ${NAME}` }).click();
  await manager.getByText('All files are as published.').waitFor(READY);

  expect(studio.complaints).toEqual([]);

  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+p');
  await page.keyboard.type('a red house');
  await page.keyboard.press('Enter');
  await page.getByRole('radio', { name: /^Candidate 1/ }).waitFor(READY);
  await page.keyboard.press('Escape');

  const again = await openManager(page);
  await again.getByRole('button', { name: `Delete ${NAME}` }).click();
  const sure = page.getByRole('dialog', { name: 'Delete model' });
  await sure.getByRole('button', { name: 'Cancel' }).click();
  await again.getByRole('button', { name: `Delete ${NAME}` }).click();
  await sure.getByRole('button', { name: 'Delete' }).click();
  await again.getByRole('radio', { name: NAME }).waitFor({ state: 'detached' });
  expect(await again.getByRole('radio', { name: 'First one found' }).isChecked()).toBe(true);
  expect(await readdir(join(studio.home, 'models'))).toEqual(['.downloads']);
});

test('a refusal is one sentence, and a download that is given up leaves nothing', async () => {
  studio = await openStudio();
  const { page, home } = studio;
  const manager = await openManager(page);
  await useServer(page);
  hub.misbehave = (_request, response, { name }) => {
    if (name !== SHARD) return false;
    response.writeHead(403).end();
    return true;
  };
  await beginDownload(page);
  const said = manager.getByText(/gives model-00001.* only to people it knows \(403\)/);
  await said.waitFor(READY);
  hub.misbehave = () => false;
  hub.slow = { piece: 4000, pause: 200 };
  await manager.getByRole('button', { name: `Resume ${NAME}` }).click();
  await said.waitFor({ state: 'detached' });
  await manager.getByRole('button', { name: `Cancel ${NAME}` }).click();
  await manager.getByRole('button', { name: `Download ${NAME}` }).waitFor();
  expect(await readdir(join(home, 'models', '.downloads'))).toEqual([]);
});

test('a download goes on after the server was killed', async () => {
  studio = await openStudio();
  const { page, home, server } = studio;
  const manager = await openManager(page);
  await useServer(page);
  hub.slow = { piece: 4000, pause: 100 };
  await beginDownload(page);
  await manager.getByRole('button', { name: `Pause ${NAME}` }).waitFor();
  await expect.poll(() => hub.asked(SHARD).length, READY).toBeGreaterThan(0);
  await server.kill();
  hub.slow = undefined;
  studio.server = await startServer(home);
  await page.goto(studio.server.url);
  await page.getByRole('application').waitFor();
  const after = await openManager(page);
  await after.getByText(/^Paused at/).waitFor();
  await after.getByRole('button', { name: `Resume ${NAME}` }).click();
  await after.getByRole('radio', { name: NAME }).waitFor(READY);
});

test('a folder is imported where it lies, and stays there when it leaves the list', async () => {
  studio = await openStudio();
  const { page, home } = studio;
  const folder = join(home, 'mine', NAME);
  await cp(CHECKPOINT, folder, { recursive: true });
  const manager = await openManager(page);
  const field = manager.getByLabel('Folder of a BLIP3o-NEXT checkpoint');
  await field.fill(join(home, 'nothing'));
  await page.keyboard.press('Enter');
  await manager.getByText(/There is no folder/).waitFor();
  await field.fill(folder);
  await page.keyboard.press('Enter');
  await manager.getByText('lies in its own folder').waitFor(READY);
  await manager.getByRole('button', { name: `Delete ${NAME}` }).click();
  const sure = page.getByRole('dialog', { name: 'Delete model' });
  await sure.getByText('Its files stay in').waitFor();
  await sure.getByRole('button', { name: 'Take off the list' }).click();
  await manager.getByText('lies in its own folder').waitFor({ state: 'detached' });
  expect(await readdir(folder)).toContain('bundle.json');
});

test('speaks Spanish and has no serious accessibility violation, also while it works', async () => {
  studio = await openStudio({ locale: 'es-ES', colorScheme: 'light' });
  const { page } = studio;
  await page.keyboard.press('Control+,');
  const spanish = page.getByRole('tab', { name: 'Modelos' });
  if (!(await spanish.isVisible())) {
    await page.getByRole('dialog').locator('.choice').nth(1).click();
    await page.getByRole('option', { name: 'Español' }).click();
  }
  await spanish.click();
  const manager = page.getByRole('dialog').first();
  await useServer(page, 'Servidor', 'Dirección');
  await page.getByRole('button', { name: `Descargar ${NAME}` }).click();
  const terms = page.getByRole('dialog', { name: `Descargar ${NAME}` });
  await terms.getByText('test-terms · no comercial').waitFor();
  expect(await violations(page)).toEqual([]);
  hub.slow = { piece: 2000, pause: 300 };
  await terms.getByRole('checkbox').check();
  await terms.getByRole('button', { name: 'Descargar' }).click();
  await manager.getByText(/^Archivos/).click();
  await manager.getByText(SHARD).waitFor();
  expect(await violations(page)).toEqual([]);
  hub.misbehave = (_request, response) => {
    response.writeHead(404).end();
    return true;
  };
  await manager.getByRole('button', { name: `Pausar ${NAME}` }).click();
  await manager.getByText(/^En pausa/).waitFor();
  await manager.getByRole('button', { name: `Seguir con ${NAME}` }).click();
  await manager.getByText('El servidor no tiene un archivo.').waitFor(READY);
  expect(await readdir(join(studio.home, 'models'))).not.toContain(ID);
});

/** Serious accessibility violations of what is on the screen. */
async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  return page.evaluate(async () => {
    const checker = (window as unknown as { axe: typeof axe }).axe;
    const { violations: found } = await checker.run(document, { resultTypes: ['violations'] });
    return found
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`);
  });
}
