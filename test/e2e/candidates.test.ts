/** Candidates, the line of runs, and steps made again, with the real engine and the starter model. */
import { strFromU8, unzipSync } from 'fflate';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import type { Locator } from 'playwright-core';
import { documentIs, exportAs, layerRows, namesOf, openByMenu, saveProject } from './actions.js';
import { closeBrowser, dropFiles, openStudio, startServer, type StudioPage } from './harness.js';
import { pixelsOfFile, testPicture } from './pictures.js';

let studio: StudioPage | undefined;
afterEach(async () => {
  await studio?.close();
  studio = undefined;
});
afterAll(closeBrowser);

const MADE = { timeout: 120_000 };
const HOUSE = 'a red house to the left of a green tree';

const candidate = ({ page }: StudioPage, number: number): Locator =>
  page.getByRole('radio', { name: new RegExp(`^Candidate ${number}`) });
const candidates = ({ page }: StudioPage): Locator =>
  page.getByRole('radio', { name: /^Candidate/ });
const steps = ({ page }: StudioPage): Locator =>
  page.getByRole('tree', { name: 'History' }).getByRole('treeitem');

/** Types a prompt and runs it. */
async function ask({ page }: StudioPage, prompt: string): Promise<void> {
  await page.keyboard.press('Control+p');
  await page.keyboard.press('Control+a');
  await page.keyboard.insertText(prompt);
  await page.keyboard.press('Enter');
}

async function run(of: StudioPage, prompt: string): Promise<void> {
  await ask(of, prompt);
  await candidate(of, 1).waitFor(MADE);
}

async function accept(of: StudioPage): Promise<void> {
  await of.page.keyboard.press('a');
  await expect.poll(() => candidates(of).count()).toBe(0);
}

async function exported(of: StudioPage): Promise<Uint8Array> {
  const { bytes } = await exportAs(of, 'PNG');
  return (await pixelsOfFile(bytes)).data;
}

describe('candidates', () => {
  test('put away by Esc come back by undo, those accepted as well, and some are kept', async () => {
    studio = await openStudio();
    const { page } = studio;
    await run(studio, HOUSE);
    await page.keyboard.press('2');
    await page.keyboard.press('Escape');
    await expect.poll(() => candidates(studio as StudioPage).count()).toBe(0);
    await page.getByText('Put away; Ctrl+Z brings them back.').waitFor();
    await page.keyboard.press('Control+z');
    await candidate(studio, 2).waitFor();
    expect(await candidate(studio, 2).getAttribute('aria-checked')).toBe('true');

    await accept(studio);
    await documentIs(studio, 256, 256);
    await page.keyboard.press('Control+z');
    await candidate(studio, 2).waitFor();
    expect(await candidate(studio, 2).getAttribute('aria-checked')).toBe('true');
    await page.keyboard.press('Control+y');
    await expect.poll(() => candidates(studio as StudioPage).count()).toBe(0);
    expect(await layerRows(studio).count()).toBe(1);

    // Of those accepted once more: others of them besides.
    await page.keyboard.press('Alt+a');
    await candidate(studio, 4).waitFor();
    for (const key of ['3', 'k', '4', 'k', 'Shift+A']) await page.keyboard.press(key);
    await expect.poll(() => layerRows(studio as StudioPage).count()).toBe(3);
    expect(studio.complaints).toEqual([]);
  });
});

describe('what is asked while a run is on its way', () => {
  test('waits in a line that can be changed, and its candidates wait for each other', async () => {
    studio = await openStudio();
    const { page } = studio;
    for (const prompt of [HOUSE, 'two blue fish', 'a yellow duck', 'a black cat']) {
      await ask(studio, prompt);
    }
    await page.getByRole('button', { name: 'What waits in line' }).click();
    const line = page.getByRole('list', { name: 'What waits in line' });
    await page.getByRole('button', { name: 'Sooner: a black cat' }).click();
    await page.getByRole('button', { name: 'Take out of the line: two blue fish' }).click();
    expect(await line.getByRole('listitem').allInnerTexts()).toEqual([
      expect.stringContaining('a black cat'),
      expect.stringContaining('a yellow duck'),
    ]);
    await page.keyboard.press('Escape');
    const shown = page.getByRole('region', { name: 'Candidates' });
    await shown.getByText('1 of 3').waitFor(MADE);
    await page.getByRole('button', { name: 'Candidates of the next prompt' }).click();
    await shown.getByText('a black cat').waitFor();
    await page.keyboard.press('n');
    await shown.getByText('a yellow duck').waitFor();
    expect(studio.complaints).toEqual([]);
  });

  test('is given up all at once', async () => {
    studio = await openStudio();
    const { page } = studio;
    for (const prompt of [HOUSE, 'two blue fish', 'a yellow duck']) await ask(studio, prompt);
    await page.getByRole('button', { name: 'What waits in line' }).click();
    await page.getByRole('button', { name: 'Cancel all' }).click();
    await expect.poll(() => page.getByRole('progressbar').count()).toBe(0);
    await run(studio, 'a black cat');
    expect(await candidates(studio).count()).toBe(4);
  });
});

describe('a step of the history', () => {
  test('is made again with the very same pixels, whatever the bar says by then', async () => {
    studio = await openStudio();
    const { page } = studio;
    const [width, height] = [480, 320];
    const bytes = await testPicture(width, height);
    await dropFiles(page, [{ name: 'photo.png', type: 'image/png', bytes }]);
    await documentIs(studio, width, height);
    await page.getByRole('slider', { name: 'Keep' }).press('ArrowLeft');
    await run(studio, 'make it night');
    await page.keyboard.press('3');
    await accept(studio);
    const first = await exported(studio);
    const [opened] = await pixelsOf([bytes]);
    expect(Buffer.compare(first, opened as Uint8Array)).not.toBe(0);

    // Other settings, another prompt, another picture.
    await page.getByRole('slider', { name: 'Keep' }).press('End');
    await run(studio, 'add a red balloon');
    await accept(studio);
    await steps(studio)
      .filter({ hasText: 'make it night' })
      .getByRole('button', { name: 'Run again', exact: true })
      .click();
    await candidate(studio, 1).waitFor(MADE);
    expect(await candidates(studio).count()).toBe(1);
    await accept(studio);
    expect(await namesOf(layerRows(studio))).toHaveLength(2);
    expect(Buffer.compare(await exported(studio), first)).toBe(0);
    // What followed is a branch beside it.
    expect(await steps(studio).filter({ hasText: 'add a red balloon' }).count()).toBe(1);
    expect(studio.complaints).toEqual([]);
  });

  test('has a name that is in the file, and a recipe to be copied', async () => {
    studio = await openStudio();
    const { page } = studio;
    await run(studio, HOUSE);
    await accept(studio);
    const step = steps(studio).filter({ hasText: HOUSE });
    await step.press('F2');
    await page.getByRole('textbox', { name: 'Name of the state' }).fill('the good one');
    await page.keyboard.press('Enter');
    await steps(studio).filter({ hasText: 'the good one' }).waitFor();
    await page.getByRole('button', { name: 'Copy recipe' }).click();
    await page.getByText('Recipe copied.').waitFor();
    const copied = JSON.parse(
      await page.evaluate(() => navigator.clipboard.readText()),
    ) as Readonly<Record<string, unknown>>;
    expect(copied).toMatchObject({ kind: 'generate', prompt: HOUSE, settings: { steps: 4 } });
    const file = await saveProject(studio);
    const parts = Object.entries(unzipSync(file));
    expect(parts.some(([, part]) => strFromU8(part).includes('the good one'))).toBe(true);
    await openByMenu(studio, { name: 'again.ora', type: 'image/openraster', bytes: file });
    await steps(studio).filter({ hasText: 'the good one' }).waitFor();
  });
});

describe('references', () => {
  test('are dropped on the panel, several at once, and are no layers then', async () => {
    studio = await openStudio();
    const { page } = studio;
    const bytes = await testPicture(64, 48);
    const file = (name: string) => ({ name, type: 'image/png', bytes });
    await dropFiles(page, [file('photo.png')]);
    await documentIs(studio, 64, 48);
    const panel = page.getByRole('region', { name: 'Consistency' });
    const box = await panel.boundingBox();
    if (!box) throw new Error('there is no panel');
    const place = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
    await dropFiles(page, [file('one.png'), file('two.png')], place);
    for (const name of ['one', 'two']) {
      await panel.getByRole('button', { name: `Remove ${name}` }).waitFor();
    }
    expect(await layerRows(studio).count()).toBe(1);
    expect(await panel.getByText('The model was not trained with it').count()).toBe(2);
    await run(studio, 'make it night');
    await accept(studio);
    await page.getByRole('button', { name: 'Copy recipe' }).click();
    await page.getByText('Recipe copied.').waitFor();
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    // The picture that is edited, and these two.
    expect(JSON.parse(copied)).toMatchObject({
      settings: { references: [{ semantics: 1 }, { semantics: 0.5 }, { structure: 0.5 }] },
    });

    // The project has them: elsewhere the step is made again of the very same pictures.
    const first = await exported(studio);
    await ask(studio, 'add a red balloon');
    await candidate(studio, 2).waitFor(MADE);
    const saved = await saveProject(studio);
    expect(studio.complaints).toEqual([]);
    await studio.close();
    studio = await openStudio();
    const project = { name: 'there.ora', type: 'image/openraster', bytes: saved };
    await openByMenu(studio, project);
    await documentIs(studio, 64, 48);
    // With what waited to be chosen from, and what is referred to.
    await candidate(studio, 4).waitFor(MADE);
    const there = studio.page.getByRole('region', { name: 'Consistency' });
    await there.getByRole('button', { name: 'Remove two' }).waitFor();
    await studio.page.keyboard.press('d');
    await steps(studio)
      .filter({ hasText: 'make it night' })
      .getByRole('button', { name: 'Run again', exact: true })
      .click();
    await candidate(studio, 1).waitFor(MADE);
    await accept(studio);
    expect(Buffer.compare(await exported(studio), first)).toBe(0);
    expect(await studio.page.getByText('References that are gone').count()).toBe(0);
    expect(studio.complaints).toEqual([]);
  });
});

describe('prompts', () => {
  test('are there again after the end of the server', async () => {
    studio = await openStudio();
    const { page, home } = studio;
    await run(studio, HOUSE);
    await page.keyboard.press('d');
    await studio.server.kill();
    studio.server = await startServer(home);
    await page.goto(studio.server.url);
    await page.getByRole('application').waitFor();
    await page.keyboard.press('Control+p');
    await page.keyboard.press('ArrowUp');
    expect(await page.getByRole('textbox', { name: 'Prompt' }).inputValue()).toBe(HOUSE);
  });
});

async function pixelsOf(files: readonly Uint8Array[]): Promise<Uint8Array[]> {
  return Promise.all(files.map(async (file) => (await pixelsOfFile(file)).data));
}
