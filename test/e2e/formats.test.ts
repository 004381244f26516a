/** Every kind of file on its way in, out and home again, measured against what the screen shows. */
import type { Layer } from 'ag-psd';
import sharp from 'sharp';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { closeBrowser, dropFiles, openStudio, type StudioPage } from './harness.js';
import {
  at,
  closeDocument,
  decoded,
  distance,
  documentIs,
  exportAs,
  layerRows,
  namesOf,
  onScreen,
  openByMenu,
  READY,
  type Rgb,
} from './actions.js';
import { ground, layeredPsd, parsePsd, PATCH, PATCHES, PSD_SIZE } from './layered.js';
import { testPicture } from './pictures.js';

let studio: StudioPage;
beforeAll(async () => {
  studio = await openStudio();
});
afterAll(async () => {
  expect(studio.complaints).toEqual([]);
  await studio.close();
  await closeBrowser();
});

const { width, height } = PSD_SIZE;

async function begin(name: string, type: string, bytes: Uint8Array): Promise<void> {
  if ((await studio.page.locator('[data-document=""]').count()) === 0) await closeDocument(studio);
  await openByMenu(studio, { name, type, bytes });
}

describe('a Photoshop file', () => {
  let screen: Rgb;
  beforeEach(async () => {
    if ((await studio.page.locator(`[data-document="${width}x${height}"]`).count()) > 0) return;
    await begin('layers.psd', 'image/vnd.adobe.photoshop', layeredPsd());
    await documentIs(studio, width, height);
    screen = await onScreen(studio, width, height);
  });

  test('opens with its layers as they were', async () => {
    const { page } = studio;
    const rows = layerRows(studio);
    expect(await namesOf(rows)).toEqual(['Lights', 'Plain', 'Glow', 'Sombra ñ 影', 'Ground']);
    const said: string[] = [];
    for (const name of ['Plain', 'Glow', 'Sombra ñ 影']) {
      await rows.filter({ hasText: name }).last().click();
      const mode = await page.getByLabel('Blend mode').innerText();
      const opacity = await page
        .getByRole('slider', { name: 'Opacity' })
        .getAttribute('aria-valuenow');
      said.push(`${name} ${mode} ${opacity ?? ''}`);
    }
    expect(said).toEqual(['Plain Normal 40', 'Glow Screen 60', 'Sombra ñ 影 Multiply 100']);
  });

  test('looks on the screen as its layers add up', () => {
    for (const { left, top, opacity, blendMode, colour } of PATCHES) {
      const [x, y] = [left + PATCH / 2, top + PATCH / 2];
      const below = ground(x, y);
      const blended = colour.map((value, c) => {
        const under = below[c] ?? 0;
        if (blendMode === 'multiply') return (value * under) / 255;
        return blendMode === 'screen' ? value + under - (value * under) / 255 : value;
      });
      // The file keeps opacity in 255 steps.
      const share = Math.round(opacity * 255) / 255;
      const wanted = blended.map((value, c) => value * share + (below[c] ?? 0) * (1 - share));
      for (const [c, value] of at(screen, x, y).entries()) {
        expect(Math.abs(value - (wanted[c] ?? 0)), `${blendMode} ${c}`).toBeLessThanOrEqual(1.01);
      }
    }
    expect(at(screen, 5, 5)).toEqual(ground(5, 5).slice(0, 3));
  });

  test.each(['PNG', 'TIFF'])('comes out as %s with every pixel of the screen', async (format) => {
    const { name, bytes } = await exportAs(studio, format);
    expect(name).toBe(`layers.${format.toLowerCase()}`);
    expect((await sharp(bytes).metadata()).format).toBe(format.toLowerCase());
    expect(distance(await decoded(bytes), screen)).toEqual({ largest: 0, psnr: Infinity });
  });

  test.each([
    ['JPEG', 'jpg', 'jpeg', 36],
    ['WebP', 'webp', 'webp', 36],
    ['AVIF', 'avif', 'heif', 36],
  ])('comes out as %s close to the screen', async (format, ending, kind, least) => {
    const { name, bytes } = await exportAs(studio, format);
    expect(name).toBe(`layers.${ending}`);
    expect((await sharp(bytes).metadata()).format).toBe(kind);
    const { psnr } = distance(await decoded(bytes), screen);
    expect(psnr).toBeGreaterThan(least);
    expect(psnr).not.toBe(Infinity);
  });

  test('comes out as WebP without loss where that is asked for', async () => {
    const { bytes } = await exportAs(studio, 'WebP', (dialog) =>
      dialog.getByLabel('Lossless').check(),
    );
    expect(distance(await decoded(bytes), screen).largest).toBe(0);
  });

  test('goes back to Photoshop with the same layers and the picture of the screen', async () => {
    const { bytes } = await exportAs(studio, 'PSD');
    const psd = parsePsd(bytes);
    const [bottom, shade, glow, group] = psd.children ?? [];
    expect([bottom?.name, group?.name]).toEqual(['Ground', 'Lights']);
    const flat = [shade, glow, ...(group?.children ?? [])];
    expect(flat.map((layer) => layer && lookOf(layer))).toEqual(
      PATCHES.map(({ name, left, top, opacity, blendMode, colour }) => ({
        name,
        left,
        top,
        opacity,
        blendMode,
        size: [PATCH, PATCH],
        colour: [...colour, 255],
      })),
    );
    const { imageData } = psd;
    const data = Buffer.from(imageData?.data ?? []);
    const whole = await sharp(data, { raw: { width, height, channels: 4 } })
      .png()
      .toBuffer();
    expect(distance(await decoded(whole), screen).largest).toBe(0);
  });
});

/** A layer of a written file as {@link PATCHES} tells of it; the file has opacity in 255 steps. */
function lookOf({ name, left, top, opacity = 1, blendMode, imageData }: Layer) {
  return {
    name,
    left,
    top,
    opacity: Math.round(opacity * 100) / 100,
    blendMode,
    size: [imageData?.width, imageData?.height],
    colour: [...(imageData?.data.slice(0, 4) ?? [])],
  };
}

describe('pictures of other programs', () => {
  const side = { width: 120, height: 80 };
  const photo = async () => sharp(await testPicture(side.width, side.height)).removeAlpha();

  test('a photo lies as the camera says it was held', async () => {
    const turned = await (
      await photo()
    )
      .rotate(90)
      .withMetadata({ orientation: 8 })
      .jpeg({ quality: 100, chromaSubsampling: '4:4:4' })
      .toBuffer();
    await begin('held.jpg', 'image/jpeg', turned);
    await documentIs(studio, side.width, side.height);
    const screen = await onScreen(studio, side.width, side.height);
    const upright = await decoded(await (await photo()).png().toBuffer());
    expect(distance(screen, upright).psnr).toBeGreaterThan(30);
  });

  test('colours of a wide profile are shown as they look, not as they are counted', async () => {
    const wide = await (await photo()).withIccProfile('p3').png().toBuffer();
    const upright = await decoded(await (await photo()).png().toBuffer());
    const counted = await sharp(wide, { ignoreIcc: true }).png().toBuffer();
    expect(distance(await decoded(counted), upright).psnr).toBeLessThan(32);
    await begin('wide.png', 'image/png', wide);
    await documentIs(studio, side.width, side.height);
    const screen = await onScreen(studio, side.width, side.height);
    // What is left is that of bytes on the way there and back.
    expect(distance(screen, upright).psnr).toBeGreaterThan(42);
  });

  test('of a moving GIF the first picture is shown', async () => {
    const frame = (background: string) =>
      sharp({ create: { ...side, channels: 3, background } })
        .png()
        .toBuffer();
    const frames = await Promise.all([frame('#d02020'), frame('#2020d0')]);
    const moving = await sharp(frames, { join: { animated: true } })
      .gif()
      .toBuffer();
    expect((await sharp(moving, { animated: true }).metadata()).pages).toBe(2);
    await begin('moving.gif', 'image/gif', moving);
    await documentIs(studio, side.width, side.height);
    const screen = await onScreen(studio, side.width, side.height);
    expect(at(screen, 60, 40)).toEqual([0xd0, 0x20, 0x20]);
  });

  test('a drawing is drawn, and what in it would fetch or run does nothing', async () => {
    const svg =
      '<svg xmlns="http://www.w3.org/2000/svg" width="120" height="80">' +
      '<script>document.title = "run"</script>' +
      '<rect width="120" height="80" fill="#204080"/>' +
      '<rect x="30" y="20" width="60" height="40" fill="#f0c000"/></svg>';
    await begin('drawing.svg', 'image/svg+xml', new TextEncoder().encode(svg));
    await documentIs(studio, side.width, side.height);
    const screen = await onScreen(studio, side.width, side.height);
    expect([at(screen, 5, 5), at(screen, 60, 40)]).toEqual([
      [0x20, 0x40, 0x80],
      [0xf0, 0xc0, 0x00],
    ]);
    expect(await studio.page.title()).toContain('drawing');
  });
});

describe('further pictures', () => {
  const png = (size: number, background: string) =>
    sharp({ create: { width: size, height: size, channels: 3, background } })
      .png()
      .toBuffer();

  test('dropped between two layers lie between them', async () => {
    const { page } = studio;
    await begin('ground.png', 'image/png', await png(160, '#406080'));
    await documentIs(studio, 160, 160);
    await dropFiles(page, [{ name: 'top.png', type: 'image/png', bytes: await png(50, '#fff') }]);
    const rows = layerRows(studio);
    await expect.poll(() => namesOf(rows), READY).toEqual(['top', 'ground']);
    const row = await rows.last().boundingBox();
    if (!row) throw new Error('there is no layer');
    const place = { x: row.x + row.width / 2, y: row.y + 2 };
    const middle = { name: 'middle.png', type: 'image/png', bytes: await png(90, '#000') };
    await dropFiles(page, [middle], place);
    await expect.poll(() => namesOf(rows), READY).toEqual(['top', 'middle', 'ground']);
    const screen = await onScreen(studio, 160, 160);
    expect([at(screen, 80, 80), at(screen, 40, 40), at(screen, 10, 10)]).toEqual([
      [255, 255, 255],
      [0, 0, 0],
      [0x40, 0x60, 0x80],
    ]);
  });

  test('come from the clipboard, the newest first', async () => {
    const { page } = studio;
    await begin('ground.png', 'image/png', await png(160, '#406080'));
    await documentIs(studio, 160, 160);
    const rows = layerRows(studio);
    await page.keyboard.press('Control+c');
    await page.keyboard.press('Control+v');
    await expect.poll(() => namesOf(rows), READY).toEqual(['ground', 'ground']);
    // Another program copies a picture.
    await page.evaluate(
      async (numbers) => {
        const blob = new Blob([Uint8Array.from(numbers)], { type: 'image/png' });
        await navigator.clipboard.write([new ClipboardItem({ 'image/png': blob })]);
      },
      [...(await png(40, '#e0a010'))],
    );
    await page.keyboard.press('Control+v');
    await expect.poll(() => rows.count(), READY).toBe(3);
    const screen = await onScreen(studio, 160, 160);
    expect(at(screen, 80, 80)).toEqual([0xe0, 0xa0, 0x10]);
    expect(at(screen, 30, 30)).toEqual([0x40, 0x60, 0x80]);
  });
});
