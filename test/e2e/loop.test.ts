/** The loop of making pictures, by keyboard alone, with the real engine and the starter model. */
import { readFile } from 'node:fs/promises';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { closeBrowser, openStudio, type StudioPage } from './harness.js';
import { pixelsOfFile } from './pictures.js';

let studio: StudioPage | undefined;
afterEach(async () => {
  await studio?.close();
  studio = undefined;
});
afterAll(closeBrowser);

const MADE = { timeout: 120_000 };

/** Types a prompt from wherever the focus is, and waits for its candidates. */
async function run({ page }: StudioPage, prompt: string): Promise<void> {
  await page.keyboard.press('Control+p');
  await page.keyboard.press('Control+a');
  await page.keyboard.type(prompt);
  await page.keyboard.press('Enter');
  await page.getByRole('radio', { name: /^Candidate 1/ }).waitFor(MADE);
}

/** Names of the layers, top first. */
async function layerNames({ page }: StudioPage): Promise<string[]> {
  const rows = page.getByRole('tree', { name: 'Layers' }).getByRole('treeitem');
  return Promise.all(
    (await rows.all()).map(async (row) => (await row.getAttribute('aria-label')) ?? ''),
  );
}

describe('a picture is made and edited by keyboard', () => {
  test('prompt, candidate 2, accept, edit, compare, undo, another branch, export', async () => {
    studio = await openStudio();
    const { page } = studio;
    await run(studio, 'a red house to the left of a green tree');
    await page.keyboard.press('2');
    expect(
      await page.getByRole('radio', { name: /^Candidate 2/ }).getAttribute('aria-checked'),
    ).toBe('true');
    await page.keyboard.press('a');
    await expect.poll(() => page.getByRole('radio', { name: /^Candidate/ }).count()).toBe(0);
    expect(await layerNames(studio)).toHaveLength(1);

    await run(studio, 'make it night');
    await page.keyboard.press('1');
    await page.keyboard.press('a');
    await expect.poll(() => layerNames(studio as StudioPage)).toHaveLength(2);
    await page.keyboard.press('y');
    await page.keyboard.press('y');

    await page.keyboard.press('Control+z');
    await expect.poll(() => layerNames(studio as StudioPage)).toHaveLength(1);
    await run(studio, 'remove the tree');
    await page.keyboard.press('a');
    await expect.poll(() => layerNames(studio as StudioPage)).toHaveLength(2);
    // The night is a branch of its own now, and still there.
    await page
      .getByRole('region', { name: 'History' })
      .getByText('make it night')
      .first()
      .waitFor();

    await page.keyboard.press('Control+e');
    const download = page.waitForEvent('download');
    await page.getByRole('dialog').getByRole('button', { name: 'Export' }).click();
    const file = await (await download).path();
    const { width, height } = await pixelsOfFile(await readFile(file));
    expect([width, height]).toEqual([256, 256]);
    expect(studio.complaints).toEqual([]);
  });

  test('Esc cancels at once, and the next run works', async () => {
    studio = await openStudio();
    const { page } = studio;
    await page.keyboard.press('Control+p');
    await page.keyboard.type('three blue fish');
    await page.keyboard.press('Enter');
    await page.getByRole('progressbar').waitFor(MADE);
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    await expect.poll(() => page.getByRole('progressbar').count()).toBe(0);
    await run(studio, 'a yellow duck');
    expect(await page.getByRole('radio', { name: /^Candidate/ }).count()).toBe(4);
  });

  test('a draft is drawn with fewer tokens, and its recipe says so', async () => {
    studio = await openStudio();
    const { page } = studio;
    await page.getByRole('button', { name: 'Settings of the model' }).click();
    await page.getByLabel('Detail').click();
    await page.getByRole('option', { name: 'Draft', exact: true }).click();
    await page.keyboard.press('Escape');
    await run(studio, 'a red house');
    await page.keyboard.press('a');
    const recipe = page.getByRole('region', { name: 'Properties' });
    await recipe.getByText(/^starter · /).click(MADE);
    await expect.poll(() => recipe.innerText(), MADE).toMatch(/tokens\s+S1/i);
    expect(studio.complaints).toEqual([]);
  });

  test('arrow up brings earlier prompts back', async () => {
    studio = await openStudio();
    const { page } = studio;
    await run(studio, 'a black cat');
    await page.keyboard.press('d');
    await page.keyboard.press('Control+p');
    await page.keyboard.press('Control+a');
    await page.keyboard.press('Delete');
    await page.keyboard.press('ArrowUp');
    expect(await page.getByRole('textbox', { name: 'Prompt' }).inputValue()).toBe('a black cat');
  });
});
