/** Undo, clipboard, filling, and the image as a whole. */
import { greyOf } from '../document/paint/colour.js';
import { fillMask } from '../document/paint/mask-fill.js';
import { clearSelection, fillSelection } from '../document/paint/fill-selection.js';
import { cropDocument, flipDocument, rotateDocument } from '../document/layers/canvas.js';
import { replaceRaster } from '../document/layers/content.js';
import { expandToDocument } from '../document/layers/expand.js';
import { removeLayers } from '../document/layers/arrange.js';
import { paintMask, setSelection } from '../document/layers/masks.js';
import { union } from '../document/layers/transform.js';
import { maskBounds } from '../document/pixels/mask-operations.js';
import { wholePixels } from '../document/pixels/bounds.js';
import { resampleMask } from '../document/pixels/resample-mask.js';
import { boundsOfLayer } from '../canvas/bounds.js';
import type { StudioDocument } from '../document/types.js';
import type { MaskedLayer } from '../state/mask.svelte.js';
import type { Studio } from '../state/studio.svelte.js';
import type { Command, CommandId } from './registry.js';

const open = ({ editor }: Studio): boolean => editor.document !== null;

function filledMask(
  document: StudioDocument,
  { id, mask }: MaskedLayer,
  colour: string,
): StudioDocument {
  const settings = { value: greyOf(colour), opacity: 1 };
  return paintMask(document, id, fillMask(mask.mask, document.selection, settings));
}

/** Fills what is selected of the active layer, or of its mask. */
function fill(studio: Studio, key: CommandId, colour: string): void {
  const { target } = studio.mask;
  if (target) {
    studio.editor.change('mask.fill', (document) => filledMask(document, target, colour));
    return;
  }
  studio.onPixels(`command.${key}`, (document, layer) => {
    const room = expandToDocument(layer, document);
    const settings = { colour, opacity: 1, lockAlpha: false };
    const raster = fillSelection(room, document.selection, settings);
    return replaceRaster(document, layer.id, raster, { transform: room.transform });
  });
}

function clear(studio: Studio): void {
  const { editor, mask, tools } = studio;
  const { target } = mask;
  if (target) {
    if (!editor.document?.selection) studio.execute('layer.removeMask');
    else editor.change('mask.fill', (document) => filledMask(document, target, tools.background));
    return;
  }
  if (!editor.document?.selection) {
    editor.change('command.layer.delete', (document) => removeLayers(document, document.active));
    return;
  }
  studio.onPixels('command.edit.clear', (document, layer) =>
    replaceRaster(document, layer.id, clearSelection(layer, document.selection)),
  );
}

function crop(studio: Studio): void {
  studio.editor.change('command.image.crop', (document) => {
    const bounds = document.selection && maskBounds(document.selection);
    if (!bounds) return document;
    return setSelection(cropDocument(document, bounds, resampleMask), null);
  });
  studio.fit();
}

function trim(studio: Studio): void {
  studio.editor.change('command.image.trim', (document) => {
    const shown = document.layers.filter(({ visible }) => visible);
    const bounds = union(shown.flatMap((layer) => boundsOfLayer(layer) ?? []));
    return bounds ? cropDocument(document, wholePixels(bounds), resampleMask) : document;
  });
  studio.fit();
}

export const EDIT_COMMANDS: readonly Command[] = [
  {
    id: 'edit.undo',
    keys: ['Mod+Z'],
    menu: ['edit', 0],
    when: ({ editor }) => editor.canUndo,
    run: (studio) => {
      studio.travel('undo');
    },
  },
  {
    id: 'edit.redo',
    keys: ['Mod+Shift+Z', 'Mod+Y'],
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
    run: (studio) => studio.clipboard.copy(false),
  },
  {
    id: 'edit.copyMerged',
    keys: ['Mod+Shift+C'],
    menu: ['edit', 1],
    when: open,
    run: (studio) => studio.clipboard.copy(true),
  },
  {
    id: 'edit.paste',
    keys: ['Mod+V'],
    menu: ['edit', 1],
    run: (studio) => studio.clipboard.paste(),
  },
  { id: 'edit.clear', keys: ['Delete', 'Backspace'], menu: ['edit', 1], when: open, run: clear },
  {
    id: 'edit.fillForeground',
    keys: ['Alt+Backspace', 'Alt+Delete'],
    menu: ['edit', 2],
    when: open,
    run: (studio) => {
      fill(studio, 'edit.fillForeground', studio.tools.foreground);
    },
  },
  {
    id: 'edit.fillBackground',
    keys: ['Mod+Backspace', 'Mod+Delete'],
    menu: ['edit', 2],
    when: open,
    run: (studio) => {
      fill(studio, 'edit.fillBackground', studio.tools.background);
    },
  },
  {
    id: 'edit.freeTransform',
    keys: ['Mod+T'],
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
      ui.dialog = 'settings';
    },
  },
  {
    id: 'image.crop',
    keys: ['Mod+Shift+X'],
    menu: ['image', 0],
    when: ({ editor }) => editor.document?.selection != null,
    run: crop,
  },
  { id: 'image.trim', menu: ['image', 0], when: open, run: trim },
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
  {
    id: 'image.rotateRight',
    menu: ['image', 2],
    when: open,
    run: (studio) => {
      studio.editor.change('command.image.rotateRight', (d) => rotateDocument(d, 90, resampleMask));
      studio.fit();
    },
  },
  {
    id: 'image.rotateLeft',
    menu: ['image', 2],
    when: open,
    run: (studio) => {
      studio.editor.change('command.image.rotateLeft', (d) => rotateDocument(d, 270, resampleMask));
      studio.fit();
    },
  },
  {
    id: 'image.flipHorizontal',
    menu: ['image', 2],
    when: open,
    run: ({ editor }) => {
      editor.change('command.image.flipHorizontal', (d) =>
        flipDocument(d, 'horizontal', resampleMask),
      );
    },
  },
  {
    id: 'image.flipVertical',
    menu: ['image', 2],
    when: open,
    run: ({ editor }) => {
      editor.change('command.image.flipVertical', (d) => flipDocument(d, 'vertical', resampleMask));
    },
  },
];
