import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createDocument, createRasterLayer } from '../../../../renderer/document/create.js';
import { addLayer } from '../../../../renderer/document/layers/arrange.js';
import { rotateDocument } from '../../../../renderer/document/layers/canvas.js';
import { setMask, setSelection } from '../../../../renderer/document/layers/masks.js';
import { setLocked } from '../../../../renderer/document/layers/properties.js';
import { feather } from '../../../../renderer/document/pixels/mask-shaping.js';
import { maskBytes } from '../../../../renderer/document/pixels/mask-operations.js';
import { resampleMask } from '../../../../renderer/document/pixels/resample-mask.js';
import { emptyRaster } from '../../../../renderer/document/pixels/tiles.js';
import { ellipseMask } from '../../../../renderer/document/selection/shapes.js';
import type { StudioDocument } from '../../../../renderer/document/types.js';
import { Editor } from '../../../../renderer/state/editor.svelte.js';
import { selectionIs } from '../../../../renderer/state/painting.js';
import { UiState } from '../../../../renderer/state/ui.svelte.js';
import { Work } from '../../../../renderer/state/work.svelte.js';
import { PixelWorker } from '../../../../renderer/work/pixel-worker.js';
import { begun, sameBytes, Workers } from './port.js';

const [W, H] = [600, 400];
const ellipse = ellipseMask(W, H, { x: 20, y: 20, width: 500, height: 300 });

let workers: Workers;
let editor: Editor;
let ui: UiState;
let work: Work;
beforeEach(() => {
  workers = new Workers();
  editor = new Editor((message) => {
    throw new Error(message);
  });
  ui = new UiState();
  work = new Work(() => editor, ui, new PixelWorker(workers.start));
  const layer = createRasterLayer({ name: 'One', raster: emptyRaster(W, H) });
  editor.open(
    setSelection(addLayer(createDocument(W, H), layer), ellipse),
    'test',
    'history.start',
  );
});
afterEach(() => {
  workers.endAll();
  vi.useRealTimers();
});

const current = (): StudioDocument => {
  if (!editor.document) throw new Error('no document');
  return editor.document;
};
const states = (): number => editor.tree?.nodes.size ?? 0;
const soften = (): Promise<boolean> =>
  work.change('command.select.feather', async ({ selection: mask }, job) =>
    selectionIs(mask && (await job.run('shape', { mask, how: 'feather', pixels: 9 }))),
  );

describe('heavy work on the document', () => {
  test('makes one state, and undo leads back', async () => {
    const before = current();
    expect(await soften()).toBe(true);
    expect(states()).toBe(2);
    const { selection } = current();
    expect(selection && sameBytes(maskBytes(selection), maskBytes(feather(ellipse, 9)))).toBe(true);
    editor.undo();
    expect(current()).toBe(before);
  });

  test('what is light and asked for after it comes after it, and at once where nothing is on its way', async () => {
    const deselect = (): void => {
      editor.change('command.select.none', (document) => setSelection(document, null));
    };
    const soft = soften();
    await begun();
    const turn = work.inTurn(deselect);
    expect(current().selection).toBe(ellipse);
    expect(await soft).toBe(true);
    await turn;
    expect(current().selection).toBeNull();
    editor.undo();
    expect(current().selection).not.toBe(ellipse);
    expect(current().selection).not.toBeNull();
    expect(work.inTurn(deselect)).toBeUndefined();
    expect(current().selection).toBeNull();
  });

  test('given up, leaves the document as it was, and so does all that waits behind it', async () => {
    const before = current();
    const [one, other] = [soften(), soften()];
    await begun();
    expect(workers.started).toHaveLength(1);
    expect(work.cancel()).toBe(true);
    expect(await Promise.all([one, other])).toEqual([false, false]);
    expect(current()).toBe(before);
    expect(states()).toBe(1);
    expect(ui.toasts).toEqual([]);
    expect(work.cancel()).toBe(false);
    expect(await soften()).toBe(true);
  });

  test('asked for twice, is done twice, the second on what the first made', async () => {
    expect(await Promise.all([soften(), soften()])).toEqual([true, true]);
    expect(states()).toBe(3);
  });

  test('is not applied where what it was made of has changed meanwhile, and says so', async () => {
    const softening = soften();
    await begun();
    editor.change('command.select.none', (document) => setSelection(document, null));
    expect(await softening).toBe(false);
    expect(current().selection).toBeNull();
    expect(ui.toasts.map(({ text }) => text)).toEqual([
      'The picture has changed meanwhile, so this was not applied: Feather.',
    ]);
  });

  test('keeps what was done meanwhile beside it', async () => {
    const softening = soften();
    await begun();
    editor.change('command.layer.lock', (document) => setLocked(document, document.active, true));
    expect(await softening).toBe(true);
    expect(current().layers[0]?.locked).toBe(true);
    expect(current().selection).not.toBe(ellipse);
  });

  test('waits for a stroke that is on its way, so that neither overwrites the other', async () => {
    editor.gesture = current();
    const softening = soften();
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(states()).toBe(1);
    editor.gesture = null;
    expect(await softening).toBe(true);
  });

  test('is shown once it lasts longer than a tenth of a second', async () => {
    vi.useFakeTimers();
    let finish: (value: unknown) => void = () => undefined;
    const lasting = work.job('command.select.grow', async ({ onProgress }) => {
      await new Promise((resolve) => (finish = resolve));
      onProgress(1);
    });
    await vi.advanceTimersByTimeAsync(90);
    expect(work.shown).toBeNull();
    await vi.advanceTimersByTimeAsync(20);
    expect(work.shown).toEqual({ key: 'command.select.grow', part: null });
    finish(null);
    await lasting;
    expect(work.shown).toBeNull();
  });
});

describe('turning the picture', () => {
  const turned = (): Promise<boolean> =>
    work.reshape('command.image.rotateRight', (document, resample) =>
      rotateDocument(document, 90, resample),
    );

  test('turns masks in the worker, as it would at once', async () => {
    const id = current().active.at(-1) ?? '';
    editor.change('command.layer.addMask', (document) => setMask(document, id, ellipse));
    const wanted = rotateDocument(current(), 90, resampleMask);
    expect(await turned()).toBe(true);
    const [given, other] = [current(), wanted];
    expect([given.width, given.height]).toEqual([H, W]);
    for (const [mask, direct] of [
      [given.selection, other.selection],
      [given.layers[0]?.mask?.mask, other.layers[0]?.mask?.mask],
    ]) {
      expect(mask && direct && sameBytes(maskBytes(mask), maskBytes(direct))).toBe(true);
    }
    expect(states()).toBe(3);
    expect(workers.started).toHaveLength(1);
  });

  test('is done at once where there is no mask', () => {
    editor.change('command.select.none', (document) => setSelection(document, null));
    void turned();
    expect(current().width).toBe(H);
    expect(workers.started).toHaveLength(0);
  });
});
