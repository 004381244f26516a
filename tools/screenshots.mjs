/**
 * Pictures of the studio for the README, taken of the real thing: `node tools/screenshots.mjs`.
 * What the model paints is what it paints; the seed is fixed, so that they only change with it.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { ensureBrowser } from './browser.mjs';
import { SetupError, root, runTool } from './program.mjs';
import { setUp } from './setup.mjs';

const MADE = { timeout: 120_000 };
const folder = join(root, 'docs', 'images');

/** Starts the studio's server. @returns its process and address */
function serve(home) {
  const args = [join(root, 'tools', 'start.mjs'), 'serve', '--no-open'];
  const child = spawn(process.execPath, args, { env: { ...process.env, NATIVA_HOME: home } });
  return new Promise((resolve) => {
    child.stdout.on('data', (data) => {
      const url = /http:\/\/127\S+/.exec(String(data))?.[0];
      if (url !== undefined) resolve({ child, url });
    });
  });
}

async function ask(page, prompt) {
  await page.keyboard.press('Control+p');
  await page.keyboard.press('Control+a');
  await page.keyboard.type(prompt);
  await page.keyboard.press('Enter');
  await page.getByRole('radio', { name: /^Candidate 1/ }).waitFor(MADE);
  await page.waitForTimeout(1000);
}

async function tour(page, name) {
  const shot = async (what) => {
    // The seed was set further down in the panel that says what changed.
    await page.locator('#panel-consistency-body').evaluate((panel) => panel.scrollTo(0, 0));
    await page.screenshot({ path: join(folder, `${name}-${what}.png`) });
  };
  await page
    .getByRole('spinbutton', { name: 'Seed' })
    .or(page.getByLabel('Seed'))
    .first()
    .fill('11');
  await page.keyboard.press('Enter');
  await ask(page, 'a red house to the left of a green tree');
  await shot('candidates');
  await page.keyboard.press('a');
  await page.keyboard.press('m');
  const { x, y, width } = await page.getByRole('application').boundingBox();
  await page.mouse.move(x + width / 2 + 10, y + 190);
  await page.mouse.down();
  await page.mouse.move(x + width / 2 + 240, y + 560, { steps: 5 });
  await page.mouse.up();
  await page.keyboard.press('Shift+T');
  await ask(page, 'make the tree yellow');
  await page.keyboard.press('2');
  await page.waitForTimeout(500);
  await shot('edit');
}

await runTool(async () => {
  await setUp();
  const executablePath = await ensureBrowser();
  if (executablePath === undefined) throw new SetupError('no Chromium or Chrome was found.');
  mkdirSync(folder, { recursive: true });
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  for (const colorScheme of ['dark', 'light']) {
    const home = mkdtempSync(join(tmpdir(), 'nativa-screenshots-'));
    const { child, url } = await serve(home);
    const context = await browser.newContext({
      colorScheme,
      viewport: { width: 1280, height: 800 },
      reducedMotion: 'reduce',
    });
    const page = await context.newPage();
    await page.goto(url);
    await page.getByRole('application').waitFor();
    await tour(page, colorScheme);
    await context.close();
    child.kill();
    rmSync(home, { recursive: true, force: true });
  }
  await browser.close();
  return 0;
});
