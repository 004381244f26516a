/** Undo, clipboard, filling, and the image as a whole. */
import { greyOf } from '../document/paint/colour.js';
import { fillMask } from '../document/paint/mask-fill.js';
import { cropDocument } from '../document/layers/canvas.js';
import { expandToDocument } from '../document/layers/expand.js';
import { removeLayers } from '../document/layers/arrange.js';
import { refuseLockedWithin } from '../document/layers/change.js';
import { paintMask, setSelection } from '../document/layers/masks.js';
import { topMost, walk } from '../document/layers/tree.js';
import { union } from '../document/layers/transform.js';
import { maskBounds } from '../document/pixels/mask-operations.js';
import { translation } from '../document/pixels/matrix.js';
import { wholePixels } from '../document/pixels/bounds.js';
import type { RasterLayer, Rect, StudioDocument } from '../document/types.js';
import { StudioError } from '../bridge/client.js';
import { boundsOfLayer } from '../canvas/bounds.js';
import { t } from '../i18n/index.svelte.js';
import { paintedOver, placed, readsSelected, together } from '../state/painting.js';
import type { MaskedLayer } from '../state/mask.svelte.js';
import { reframe } from '../state/framing.js';
import type { Studio } from '../state/studio.svelte.js';
import type { Job, Outcome } from '../state/work.svelte.js';
import type { Command, CommandId } from './registry.js';

const open = ({ editor }: Studio): boolean => editor.document !== null;

/**
 * The selected layers, whose pixels are to change.
 * @param within those in selected groups, too
 * @throws StudioError NO_PIXELS where one of them has none; DocumentError LAYER_LOCKED
 */
function pixelLayers(document: StudioDocument, within: boolean): readonly RasterLayer[] {
  const chosen = topMost(document, document.active);
  for (const located of chosen) refuseLockedWithin(located);
  const all = within
    ? [...walk(chosen.map(({ layer }) => layer))]
        .map(({ layer }) => layer)
        .filter(({ type }) => type !== 'group' && type !== 'adjustment')
    : chosen.map(({ layer }) => layer);
  const pixels = all.filter((layer) => layer.type === 'raster');
  if (pixels.length > 0 && pixels.length === all.length) return pixels;
  throw new StudioError('NO_PIXELS', t('error.NO_PIXELS'));
}

function filledMask(
  document: StudioDocument,
  { id, mask }: MaskedLayer,
  colour: string,
): StudioDocument {
  const settings = { value: greyOf(colour), opacity: 1 };
  return paintMask(document, id, fillMask(mask.mask, document.selection, settings));
}

/** Fills what is selected of the selected layers, or of the active one's mask. */
async function fill(studio: Studio, key: CommandId, colour: string): Promise<void> {
  const { editor, mask, work } = studio;
  const { target } = mask;
  if (target) {
    editor.change('mask.fill', (document) => filledMask(document, target, colour));
    return;
  }
  await work.change(`command.${key}`, async (document, job) => {
    const made: Outcome[] = [];
    for (const layer of pixelLayers(document, false)) {
      made.push(await filled(document, layer, colour, job));
    }
    return together(made);
  });
}

/** What is selected of a layer in a colour. */
async function filled(
  document: StudioDocument,
  at: RasterLayer,
  colour: string,
  { run }: Job,
): Promise<Outcome> {
  const layer = expandToDocument(at, document);
  const { selection } = document;
  const lockAlpha = layer.alphaLocked;
  const settings = { colour, opacity: 1, lockAlpha };
  const reads = readsSelected(layer, selection, !lockAlpha);
  const args = { target: placed(layer), selection, settings };
  return paintedOver(layer, await run('fill', args, { reads }));
}

/** A layer without what is selected of it; where nothing may become transparent, in a colour. */
async function cleared(
  document: StudioDocument,
  layer: RasterLayer,
  colour: string,
  job: Job,
): Promise<Outcome> {
  if (layer.alphaLocked) return filled(document, layer, colour, job);
  const { selection } = document;
  const reads = readsSelected(layer, selection, true);
  return paintedOver(
    layer,
    await job.run('clear', { target: placed(layer), selection }, { reads }),
  );
}

/** Clears what is selected now, whatever is selected when the pixels are there. */
async function clear(studio: Studio): Promise<void> {
  const { editor, mask, tools, work } = studio;
  const { target } = mask;
  const selection = editor.document?.selection;
  if (target) {
    if (!selection) studio.execute('layer.removeMask');
    else editor.change('mask.fill', (document) => filledMask(document, target, tools.background));
    return;
  }
  if (!selection) {
    editor.change('command.layer.delete', (document) => removeLayers(document, document.active));
    return;
  }
  const { background } = tools;
  await work.change('command.edit.clear', async (document, job) => {
    const made: Outcome[] = [];
    for (const layer of pixelLayers(document, true)) {
      made.push(await cleared(document, layer, background, job));
    }
    return together(made);
  });
}

/** After what is on its way: it may change what is selected. */
const clearInTurn = (studio: Studio): void | Promise<void> =>
  studio.work.inTurn(() => {
    studio.attempt(() => clear(studio));
  });

/** Crops to a rectangle that the document itself says; not at all where it says none. */
function cropTo(
  studio: Studio,
  key: 'image.crop' | 'image.trim',
  boundsIn: (document: StudioDocument) => Rect | null,
): Promise<void> {
  return reframe(
    studio,
    `command.${key}`,
    (document, resample) => {
      const bounds = boundsIn(document);
      if (!bounds) return document;
      const cropped = cropDocument(document, bounds, resample);
      return key === 'image.crop' ? setSelection(cropped, null) : cropped;
    },
    (before) => {
      const { x, y } = boundsIn(before) ?? { x: 0, y: 0 };
      return translation(-x, -y);
    },
  );
}

/** The bounds of what is shown. */
function seen(document: StudioDocument): Rect | null {
  const shown = document.layers.filter(({ visible }) => visible);
  const bounds = union(shown.flatMap((layer) => boundsOfLayer(layer) ?? []));
  return bounds && wholePixels(bounds);
}

export const EDIT_COMMANDS: readonly Command[] = [
  {
    id: 'edit.undo',
    keys: ['Mod+Z'],
    repeats: true,
    menu: ['edit', 0],
    when: ({ create, editor }) => editor.canUndo || create.discarded(editor.document),
    run: (studio) => {
      studio.travel('undo');
    },
  },
  {
    id: 'edit.redo',
    keys: ['Mod+Shift+Z', 'Mod+Y'],
    repeats: true,
    menu: ['edit', 0],
    when: ({ editor }) => editor.canRedo,
    run: (studio) => {
      studio.travel('redo');
    },
  },
  {
    id: 'edit.cut',
    keys: ['Mod+X'],
    menu: ['edit', 1],
    when: open,
    run: (studio) => studio.clipboard.cut(),
  },
  {
    id: 'edit.copy',
    keys: ['Mod+C'],
    menu: ['edit', 1],
    when: open,
    run: async (studio) => {
      await studio.clipboard.copy(false);
    },
  },
  {
    id: 'edit.copyMerged',
    keys: ['Mod+Shift+C'],
    menu: ['edit', 1],
    when: open,
    run: async (studio) => {
      await studio.clipboard.copy(true);
    },
  },
  {
    id: 'edit.paste',
    keys: ['Mod+V'],
    menu: ['edit', 1],
    run: (studio) => studio.clipboard.paste(),
  },
  {
    id: 'edit.clear',
    keys: ['Delete', 'Backspace'],
    menu: ['edit', 1],
    when: open,
    run: clearInTurn,
  },
  {
    id: 'edit.fillForeground',
    keys: ['Alt+Backspace', 'Alt+Delete'],
    menu: ['edit', 2],
    when: open,
    run: (studio) => fill(studio, 'edit.fillForeground', studio.tools.foreground),
  },
  {
    id: 'edit.fillBackground',
    keys: ['Mod+Backspace', 'Mod+Delete'],
    menu: ['edit', 2],
    when: open,
    run: (studio) => fill(studio, 'edit.fillBackground', studio.tools.background),
  },
  {
    id: 'edit.freeTransform',
    keys: ['Alt+T', 'Mod+T'],
    appKeys: ['Mod+T'],
    menu: ['edit', 3],
    when: open,
    run: ({ tools }) => {
      tools.choose('move');
    },
  },
  {
    id: 'edit.settings',
    keys: ['Mod+,'],
    menu: ['edit', 4],
    run: ({ ui }) => {
      ui.page = 'general';
      ui.dialog = 'settings';
    },
  },
  {
    id: 'edit.models',
    menu: ['edit', 4],
    run: ({ ui }) => {
      ui.page = 'models';
      ui.dialog = 'settings';
    },
  },
  {
    id: 'image.crop',
    keys: ['Mod+Shift+X'],
    menu: ['image', 0],
    when: ({ editor }) => editor.document?.selection != null,
    run: (studio) =>
      cropTo(studio, 'image.crop', ({ selection }) => selection && maskBounds(selection)),
  },
  {
    id: 'image.trim',
    menu: ['image', 0],
    when: open,
    run: (studio) => cropTo(studio, 'image.trim', seen),
  },
  {
    id: 'image.canvasSize',
    keys: ['Mod+Alt+C'],
    menu: ['image', 1],
    when: open,
    run: ({ ui }) => {
      ui.dialog = 'canvasSize';
    },
  },
  {
    id: 'image.imageSize',
    keys: ['Mod+Alt+I'],
    menu: ['image', 1],
    when: open,
    run: ({ ui }) => {
      ui.dialog = 'imageSize';
    },
  },
];
