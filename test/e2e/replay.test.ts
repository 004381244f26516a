/** A changed step of the history, replayed onto those after it, with the real engine and the starter. */
import { strFromU8, unzipSync } from 'fflate';
import type { Locator } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import {
  closeDocument,
  documentIs,
  exportAs,
  layerRows,
  namesOf,
  openByMenu,
  READY,
  saveProject,
} from './actions.js';
import { closeBrowser, openStudio, type StudioPage } from './harness.js';

let studio: StudioPage | undefined;
afterEach(async () => {
  await studio?.close();
  studio = undefined;
});
afterAll(closeBrowser);

const MADE = { timeout: 120_000 };
const SIDE = 256;
const [SCENE, EDIT] = ['a red house to the left of a green tree', 'make the tree yellow'];

/** Types a prompt, and accepts the first of what comes. */
async function make({ page }: StudioPage, prompt: string): Promise<void> {
  await page.keyboard.press('Control+p');
  await page.keyboard.press('Control+a');
  await page.keyboard.type(prompt);
  await page.keyboard.press('Enter');
  await page.getByRole('radio', { name: /^Candidate 1/ }).waitFor(MADE);
  await page.keyboard.press('a');
  await expect.poll(() => page.getByRole('radio', { name: /^Candidate/ }).count()).toBe(0);
}

/** A stroke of the brush across the sky and the tree. */
async function paint({ page }: StudioPage): Promise<void> {
  const box = await page.getByRole('application').boundingBox();
  if (!box) throw new Error('there is no canvas');
  const [x, y] = [box.x + box.width / 2, box.y + 330];
  await page.keyboard.press('b');
  await page.mouse.move(x - 120, y - 60);
  await page.mouse.down();
  await page.mouse.move(x, y, { steps: 8 });
  await page.mouse.move(x + 140, y - 20, { steps: 8 });
  await page.mouse.up();
  await expect.poll(() => states({ page })).toContain('Brush');
}

const rows = ({ page }: Pick<StudioPage, 'page'>) =>
  page.getByRole('tree', { name: 'History' }).getByRole('treeitem');
/** What the states are called, without their times. */
const states = async (of: Pick<StudioPage, 'page'>) =>
  (await namesOf(rows(of))).map((name) =>
    name.replace(/ \d\d:\d\d [AP]M/, ' ·').replace(/ ·$/, ''),
  );
const current = async (of: StudioPage): Promise<number> =>
  Number(await rows(of).and(of.page.locator('[aria-current=step]')).getAttribute('data-state'));

/** Goes to a state. */
async function go(of: StudioPage, state: number): Promise<void> {
  await of.page.locator(`[data-state="${state}"]`).click();
  await expect.poll(() => current(of)).toBe(state);
}

/** Pixels of all layers as a saved project has them, by name. */
async function layersOf(of: StudioPage): Promise<ReadonlyMap<string, Buffer>> {
  const parts = unzipSync(await saveProject(of));
  const xml = strFromU8(parts['stack.xml'] ?? new Uint8Array());
  const layers = new Map<string, Buffer>();
  for (const [tag] of xml.matchAll(/<layer [^>]*>/g)) {
    const value = (name: string) => new RegExp(` ${name}="([^"]*)"`).exec(tag)?.[1] ?? '';
    const picture = await sharp(parts[value('src')]).ensureAlpha().png().toBuffer();
    const whole = await sharp({
      create: {
        width: SIDE,
        height: SIDE,
        channels: 4,
        background: { r: 0, g: 0, b: 0, alpha: 0 },
      },
    })
      .composite([{ input: picture, left: Number(value('x')), top: Number(value('y')) }])
      .raw()
      .toBuffer();
    layers.set(value('name'), whole);
  }
  return layers;
}

/** The whole picture as a saved project has it. */
async function mergedOf(of: StudioPage): Promise<Buffer> {
  const parts = unzipSync(await saveProject(of));
  return sharp(parts['mergedimage.png']).removeAlpha().raw().toBuffer();
}

const wordsOf = (bytes: Buffer | undefined): Uint32Array => {
  const copy = Uint8Array.from(bytes ?? []);
  return new Uint32Array(copy.buffer);
};

/** What the recipe of the active layer says. */
const recipe = ({ page }: StudioPage) =>
  page.getByRole('region', { name: 'Properties' }).locator('dl').innerText();

/** Replays a step with another seed, and goes to what it made. */
async function replayAnew(of: StudioPage, step: Locator): Promise<void> {
  const { page } = of;
  await step.getByRole('button', { name: /^Replay onto later steps/ }).click();
  const dialog = page.getByRole('dialog', { name: 'Replay onto later steps' });
  await dialog.getByRole('button', { name: 'New seed' }).click(READY);
  await dialog.getByRole('button', { name: 'Replay', exact: true }).click();
  await page.getByText('Replayed as a new branch, 1 steps').waitFor(MADE);
}

/** How far right each state stands: 1 for the way to the present, more for branches. */
const lanes = (of: StudioPage): Promise<number[]> =>
  rows(of).evaluateAll((all) => all.map((row) => Number(row.getAttribute('aria-level'))));

describe('the first picture', () => {
  test('is a step like others: undone it stays in the history, made again it is a branch', async () => {
    studio = await openStudio();
    const { page } = studio;
    await make(studio, SCENE);
    const made = await current(studio);
    const picture = await mergedOf(studio);
    await page.keyboard.press('Control+z');
    await expect.poll(() => layerRows(studio as StudioPage).count()).toBe(0);
    await documentIs(studio, SIDE, SIDE);
    // On an empty canvas there is nothing to edit.
    const mode = (name: string) =>
      page.getByRole('region', { name: 'Prompt' }).getByRole('radio', { name, exact: true });
    expect(await mode('Generate').getAttribute('aria-checked')).toBe('true');
    expect(await mode('Edit').isDisabled()).toBe(true);
    await page.keyboard.press('Control+y');
    await expect.poll(() => layerRows(studio as StudioPage).count()).toBe(1);

    await replayAnew(studio, rows(studio).nth(1));
    expect(await lanes(studio)).toEqual([1, 2, 1]);
    expect((await mergedOf(studio)).equals(picture)).toBe(false);
    await page.keyboard.press('Control+z');
    await expect.poll(() => layerRows(studio as StudioPage).count()).toBe(0);
    await go(studio, made);
    expect((await mergedOf(studio)).equals(picture)).toBe(true);
    expect(studio.complaints).toEqual([]);
  });

  test('opened from a file with its recipe is made again beside itself as well', async () => {
    studio = await openStudio();
    await make(studio, SCENE);
    const { bytes } = await exportAs(studio, 'PNG');
    await closeDocument(studio);
    await openByMenu(studio, { name: 'scene.png', type: 'image/png', bytes });
    await documentIs(studio, SIDE, SIDE);
    expect(await states(studio)).toHaveLength(1);
    await replayAnew(studio, rows(studio).first());
    expect((await states(studio))[0]).toBe('New canvas');
    expect(await lanes(studio)).toEqual([1, 2, 1]);
    // And so it is saved, and opened again.
    const file = await saveProject(studio);
    await closeDocument(studio);
    await openByMenu(studio, { name: 'scene.ora', type: 'image/openraster', bytes: file });
    await documentIs(studio, SIDE, SIDE);
    await expect.poll(() => lanes(studio as StudioPage)).toEqual([1, 2, 1]);
    expect(studio.complaints).toEqual([]);
  });
});

describe('a changed first step is replayed', () => {
  test('onto an edit and a stroke, as a branch of its own', async () => {
    studio = await openStudio();
    const { page } = studio;
    await make(studio, SCENE);
    await make(studio, EDIT);
    const edited = await layersOf(studio);
    const editRecipe = await recipe(studio);
    await paint(studio);
    const painted = await layersOf(studio);
    const old = await current(studio);
    const before = await states(studio);
    expect(before).toEqual([
      'New canvas',
      expect.stringContaining(SCENE),
      expect.stringContaining(EDIT),
      'Brush',
    ]);

    // The button of the first step in the history.
    const first = rows(studio).nth(1);
    await first.getByRole('button', { name: /^Replay onto later steps/ }).click();
    const dialog = page.getByRole('dialog', { name: 'Replay onto later steps' });
    await dialog.waitFor(READY);
    expect(await dialog.getByRole('listitem').allInnerTexts()).toEqual([EDIT, 'Brush']);
    const prompt = dialog.getByRole('textbox', { name: 'Prompt' });
    expect(await prompt.inputValue()).toBe(SCENE);
    const seed = dialog.getByRole('textbox', { name: 'Seed' });
    const fresh = String(Number(await seed.inputValue()) + 1);
    await seed.fill(fresh);
    await prompt.fill('a blue house to the left of a green tree');
    await prompt.press('Enter');
    await page.getByText(/^Replaying step \d of 3/).waitFor(READY);
    await page.getByText('Replayed as a new branch, 3 steps').waitFor(MADE);

    const after = await states(studio);
    expect(after).toHaveLength(7);
    expect(after.filter((name) => name.startsWith('a blue house'))).toHaveLength(1);
    expect(after.filter((name) => name.includes(`seed ${fresh}`))).toHaveLength(1);
    expect(after.filter((name) => name === 'Brush')).toHaveLength(2);
    expect(await namesOf(layerRows(studio))).toEqual([
      EDIT,
      'a blue house to the left of a green tree',
    ]);

    const tip = await current(studio);
    const replayed = await layersOf(studio);
    await page.keyboard.press('Control+z');
    await expect.poll(() => current(studio as StudioPage)).toBe(tip - 1);
    const again = await layersOf(studio);
    // The edit is the same one, of another picture.
    expect(await recipe(studio)).toBe(editRecipe);
    expect(again.get(EDIT)?.equals(edited.get(EDIT) ?? Buffer.of())).toBe(false);

    const [a, b, c, d] = [edited, painted, again, replayed].map((all) => wordsOf(all.get(EDIT)));
    let [covered, others, bare] = [0, 0, 0];
    for (let i = 0; i < SIDE * SIDE; i++) {
      const [was, is, onto, made] = [a?.[i], b?.[i], c?.[i], d?.[i]];
      if (was === is) expect(made).toBe(onto);
      else if (((is ?? 0) >>> 24 === 255 && was === 0) || was === onto) {
        expect(made).toBe(is);
        covered++;
      } else {
        others++;
        if (made === onto) bare++;
      }
    }
    expect(covered).toBeGreaterThan(500);
    // Where the stroke lies over what the edit painted another time, it shows as well.
    expect(bare).toBeLessThan(others / 20);

    // The old branch is what it was, and undo led away from the new one only.
    await go(studio, old);
    expect(await states(studio)).toEqual(expect.arrayContaining(before));
    const untouched = await layersOf(studio);
    for (const [name, bytes] of painted) expect(untouched.get(name)?.equals(bytes)).toBe(true);
    expect(studio.complaints).toEqual([]);
  });

  test('in a project opened again: an edit of a layer, and what was merged with it', async () => {
    studio = await openStudio();
    const { page } = studio;
    await make(studio, SCENE);
    await page.getByRole('region', { name: 'Prompt' }).getByLabel('What is edited').click();
    await page.getByRole('option', { name: 'Active layer' }).click();
    await make(studio, EDIT);
    await page.keyboard.press('Control+Shift+e');
    await expect.poll(() => layerRows(studio as StudioPage).count()).toBe(1);
    const file = await saveProject(studio);
    await closeDocument(studio);
    await openByMenu(studio, { name: 'one.ora', type: 'image/openraster', bytes: file });
    await documentIs(studio, SIDE, SIDE);
    const merged = await layersOf(studio);

    const edit = rows(studio).filter({ hasText: EDIT });
    await edit.getByRole('button', { name: /^Replay onto later steps/ }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('textbox', { name: 'Prompt' }).fill('make it night');
    await dialog.getByRole('button', { name: 'Replay', exact: true }).click();
    await page.getByText('Replayed as a new branch, 2 steps').waitFor(MADE);
    expect(await states(studio)).toHaveLength(6);
    const after = await layersOf(studio);
    expect(after.size).toBe(1);
    const [name = ''] = after.keys();
    expect(merged.has(name)).toBe(true);
    expect(after.get(name)?.equals(merged.get(name) ?? Buffer.of())).toBe(false);
    // Merged is what there was just before.
    const whole = await mergedOf(studio);
    await page.keyboard.press('Control+z');
    await expect.poll(() => layerRows(studio as StudioPage).count()).toBe(2);
    expect(await namesOf(layerRows(studio))).toEqual(['make it night', SCENE]);
    expect((await mergedOf(studio)).equals(whole)).toBe(true);
    expect(studio.complaints).toEqual([]);
  });

  test('and stops at once on Esc; what is done stays beside what there was', async () => {
    studio = await openStudio();
    const { page } = studio;
    await make(studio, SCENE);
    await make(studio, EDIT);
    const [here, before] = [await current(studio), await layersOf(studio)];
    await rows(studio).nth(1).click();
    await page.keyboard.press('Control+k');
    await page.keyboard.type('replay');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').getByRole('button', { name: 'New seed' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Replay', exact: true }).click();
    await page.getByText(/^Replaying step 2 of 2/).waitFor(MADE);
    await page.keyboard.press('Escape');
    await page.getByText('Cancelled: the 1 of 2 steps').waitFor(READY);
    await expect.poll(() => page.getByText(/^Replaying/).count()).toBe(0);
    expect(await states(studio)).toHaveLength(4);
    await go(studio, here);
    const after = await layersOf(studio);
    for (const [name, bytes] of before) expect(after.get(name)?.equals(bytes)).toBe(true);

    // What the engine refuses stops it in a sentence, and nothing has happened.
    await rows(studio)
      .and(page.locator('[aria-level="1"]'))
      .nth(1)
      .getByRole('button', { name: /^Replay onto later steps/ })
      .click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('textbox', { name: 'Prompt' }).fill('house '.repeat(3000));
    await dialog.getByRole('button', { name: 'Replay', exact: true }).click();
    await page.getByText(/^The replay stopped at step 1 of 2: .+\.$/).waitFor(READY);
    expect(await states(studio)).toHaveLength(4);
    expect(await current(studio)).toBe(here);
    expect(studio.complaints).toEqual([]);
  });
});
