/** Masks of layers: making, changing, looking at them. */
import { replaceRaster } from '../document/layers/content.js';
import {
  paintMask,
  removeMask,
  setMask,
  setMaskEnabled,
  setMaskLinked,
  setSelection,
} from '../document/layers/masks.js';
import { clearSelection } from '../document/paint/fill-selection.js';
import { invertMask } from '../document/pixels/mask-operations.js';
import { evenMask } from '../document/pixels/tiles.js';
import { findLayer } from '../document/layers/tree.js';
import type { Mask, StudioDocument } from '../document/types.js';
import { hasMask, type MaskedLayer, type MaskView } from '../state/mask.svelte.js';
import type { Studio } from '../state/studio.svelte.js';
import type { Command, CommandId } from './registry.js';

/** Place of all of these in the menu. */
const PLACE = ['layer', 2, 'mask'] as const;

const masked = ({ editor }: Studio): MaskedLayer | null =>
  hasMask(editor.active) ? editor.active : null;

/** A command for the active layer's mask. */
function onMask(
  id: CommandId,
  run: (studio: Studio, layer: MaskedLayer) => void,
  more: Partial<Command> = {},
): Command {
  return {
    id,
    menu: PLACE,
    when: (studio) => masked(studio) !== null,
    run: (studio) => {
      const layer = masked(studio);
      if (layer) run(studio, layer);
    },
    ...more,
  };
}

/**
 * Gives the selected layers that have none a mask of the selection, of everything without one; that of
 * the active one is painted on.
 */
const adding = (id: CommandId, from: (mask: Mask) => Mask): Command => ({
  id,
  menu: PLACE,
  when: ({ editor }) => editor.active !== null && editor.active.mask === null,
  run: ({ editor, mask }) => {
    const { active } = editor;
    if (!active) return;
    editor.change(`command.${id}`, (document) => {
      const { width, height, selection } = document;
      const added = from(selection ?? evenMask(width, height, 255));
      const without = document.active.filter((id) => findLayer(document, id)?.mask === null);
      const masked = without.reduce((made, id) => setMask(made, id, added), document);
      return setSelection(masked, null);
    });
    mask.edit(active.id);
  },
});

/** Shows the mask one way, and the picture again. */
const looking = (id: CommandId, view: MaskView, keys: readonly string[]): Command =>
  onMask(
    id,
    ({ mask }) => {
      mask.look(mask.view === view ? 'picture' : view);
    },
    { keys, checked: ({ mask }) => mask.view === view },
  );

/** The document with what masks hide taken away from the selected layers' pixels, and without the masks. */
function applied(document: StudioDocument): StudioDocument {
  return document.active.reduce((made, id) => {
    const layer = findLayer(made, id) ?? null;
    return hasMask(layer) && layer.mask.enabled ? appliedTo(made, layer) : made;
  }, document);
}

function appliedTo(document: StudioDocument, layer: MaskedLayer): StudioDocument {
  if (layer.type !== 'raster') return document;
  const raster = clearSelection(layer, invertMask(layer.mask.mask));
  return removeMask(replaceRaster(document, layer.id, raster), [layer.id]);
}

export const MASK_COMMANDS: readonly Command[] = [
  adding('layer.addMask', (mask) => mask),
  adding('layer.addHidingMask', invertMask),
  onMask(
    'mask.edit',
    ({ mask }, { id }) => {
      if (mask.target) mask.leave();
      else mask.edit(id);
    },
    { keys: ['Mod+\\'], checked: ({ mask }) => mask.target !== null },
  ),
  looking('mask.alone', 'alone', ['Alt+\\']),
  looking('mask.overlay', 'overlay', ['\\']),
  onMask(
    'mask.invert',
    ({ editor }, { id, mask }) => {
      editor.change('command.mask.invert', (document) =>
        paintMask(document, id, invertMask(mask.mask)),
      );
    },
    { keys: ['Mod+I'] },
  ),
  onMask(
    'mask.enable',
    ({ editor }, { mask }) => {
      editor.change(mask.enabled ? 'layers.mask.off' : 'layers.mask.on', (document) =>
        setMaskEnabled(document, document.active, !mask.enabled),
      );
    },
    { checked: (studio) => masked(studio)?.mask.enabled === true },
  ),
  onMask(
    'mask.link',
    ({ editor }, { mask }) => {
      const linked = mask.unlinked === true;
      editor.change(linked ? 'mask.linked' : 'mask.unlinked', (document) =>
        setMaskLinked(document, document.active, linked),
      );
    },
    {
      checked: (studio) => {
        const layer = masked(studio);
        return layer !== null && layer.mask.unlinked !== true;
      },
    },
  ),
  onMask('layer.maskToSelection', ({ editor }, { mask }) => {
    editor.change('command.layer.maskToSelection', (document) => setSelection(document, mask.mask));
  }),
  onMask(
    'layer.applyMask',
    ({ editor }) => {
      editor.change('command.layer.applyMask', applied);
    },
    {
      when: (studio) => {
        const layer = masked(studio);
        return layer?.type === 'raster' && layer.mask.enabled;
      },
    },
  ),
  onMask('layer.removeMask', ({ editor }) => {
    editor.change('command.layer.removeMask', (document) => removeMask(document, document.active));
  }),
];
