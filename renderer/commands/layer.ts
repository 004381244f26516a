/** Layers: making, ordering, merging, placing. */
import { createAdjustment, createRasterLayer, createText, uniqueName } from '../document/create.js';
import { alignLayers, distributeLayers, type Alignment } from '../document/layers/align.js';
import {
  addLayer,
  placeForNew,
  duplicateLayers,
  removeLayers,
  reorderLayers,
  type Reorder,
} from '../document/layers/arrange.js';
import { groupLayers, ungroupLayers } from '../document/layers/group.js';
import { setClipped, setLocked, setVisible } from '../document/layers/properties.js';
import { selectLayers } from '../document/layers/select.js';
import type { ResampleMask } from '../document/layers/transform.js';
import { findLayer, panelOrder } from '../document/layers/tree.js';
import { maskBounds } from '../document/pixels/mask-operations.js';
import { emptyRaster } from '../document/pixels/tiles.js';
import type { Adjustment, Layer, StudioDocument } from '../document/types.js';
import { boundsOfLayer } from '../canvas/bounds.js';
import { t } from '../i18n/index.svelte.js';
import { layerPanel } from '../panels/layers/panel.svelte.js';
import type { Studio } from '../state/studio.svelte.js';
import type { Command, CommandId, SubmenuName } from './registry.js';

/** A new layer, in the active group if that is open in the panel. */
const added = (document: StudioDocument, layer: Layer): StudioDocument =>
  addLayer(
    document,
    layer,
    placeForNew(document, (id) => layerPanel.isOpen(id)),
  );

const open = ({ editor }: Studio): boolean => editor.document !== null;
const some = ({ editor }: Studio): boolean => editor.selected.length > 0;

/** Group of the menu, and the menu within it. */
type Place = readonly [group: number, within?: SubmenuName];
type Change = (document: StudioDocument, studio: Studio) => StudioDocument;

/** A command that changes the document by a function of it. */
function changing(
  id: CommandId,
  place: Place,
  change: Change,
  more: Partial<Command> = {},
): Command {
  return {
    id,
    menu: ['layer', ...place],
    when: some,
    run: (studio) => {
      studio.editor.change(`command.${id}`, (document) => change(document, studio));
    },
    ...more,
  };
}

/** The same with what masks become that have to be drawn anew. */
function placing(
  id: CommandId,
  place: Place,
  change: (document: StudioDocument, resample: ResampleMask) => StudioDocument,
  more: Partial<Command> = {},
): Command {
  const run = async ({ work }: Studio): Promise<void> => {
    await work.reshape(`command.${id}`, change);
  };
  return { id, menu: ['layer', ...place], when: some, run, ...more };
}

const all = (document: StudioDocument, test: (id: string) => boolean): boolean =>
  document.active.every(test);

const reorder = (id: CommandId, to: Reorder, keys: readonly string[]): Command =>
  changing(id, [3, 'arrange'], (document) => reorderLayers(document, document.active, to), {
    keys,
  });

const align = (id: CommandId, alignment: Alignment): Command =>
  placing(id, [3, 'align'], (document, resample) => {
    const canvas = { x: 0, y: 0, width: document.width, height: document.height };
    // What is selected is aligned with, as the whole picture is once all of it is selected.
    const selected = document.selection && maskBounds(document.selection);
    const within = selected ?? (document.active.length > 1 ? null : canvas);
    return alignLayers(document, document.active, alignment, boundsOfLayer, resample, within);
  });

const distribute = (id: CommandId, axis: 'horizontal' | 'vertical'): Command =>
  placing(
    id,
    [3, 'align'],
    (document, resample) =>
      distributeLayers(document, document.active, axis, boundsOfLayer, resample),
    { when: ({ editor }) => editor.selected.length > 2 },
  );

const adjustment = (kind: Adjustment['kind']): Command =>
  changing(
    `adjust.${kind}`,
    [0, 'adjustment'],
    (document) => {
      const name = uniqueName(document, t(`adjust.${kind}`));
      return added(document, createAdjustment({ name, adjustment: kind }));
    },
    { when: open },
  );

/** The layer above or below in the panel becomes the active one. */
function step(studio: Studio, by: 1 | -1): void {
  studio.editor.touch((document) => {
    const order = panelOrder(document.layers);
    const at = order.indexOf(document.active.at(-1) ?? '');
    const next = order[Math.min(order.length - 1, Math.max(0, at + by))];
    return next === undefined ? document : selectLayers(document, [next]);
  });
}

export const LAYER_COMMANDS: readonly Command[] = [
  changing(
    'layer.new',
    [0],
    (document) => {
      const name = uniqueName(document, t('layer.name', { number: document.layers.length + 1 }));
      return added(
        document,
        createRasterLayer({ name, raster: emptyRaster(document.width, document.height) }),
      );
    },
    { keys: ['Alt+L', 'Mod+Shift+N'], appKeys: ['Mod+Shift+N'], when: open },
  ),
  {
    id: 'layer.text',
    menu: ['layer', 0],
    when: open,
    run: ({ editor: { document }, tools, typing }) => {
      if (!document) return;
      const place = { x: Math.round(document.width * 0.1), y: Math.round(document.height / 2) };
      const fontSize = Math.max(12, Math.round(document.height / 12));
      const [name, text] = [uniqueName(document, t('layer.text')), t('layer.text')];
      tools.choose('text');
      typing.begin(createText({ name, text, ...place, fontSize, fill: tools.foreground }));
    },
  },
  {
    id: 'layer.editText',
    menu: ['layer', 0],
    when: ({ editor }) => editor.active?.type === 'text',
    run: ({ editor: { active }, tools, typing }) => {
      if (active?.type !== 'text') return;
      tools.choose('text');
      typing.edit(active, 'all');
    },
  },
  adjustment('brightness-contrast'),
  adjustment('levels'),
  adjustment('curves'),
  adjustment('hue-saturation'),
  adjustment('exposure'),
  adjustment('temperature'),
  adjustment('blur'),
  adjustment('sharpen'),
  adjustment('grayscale'),
  changing('layer.duplicate', [0], (document) => duplicateLayers(document, document.active), {
    keys: ['Mod+J'],
  }),
  changing('layer.delete', [0], (document) => removeLayers(document, document.active), {
    keys: ['Shift+Delete'],
  }),
  {
    id: 'layer.rename',
    keys: ['F2'],
    menu: ['layer', 0],
    when: some,
    run: (studio) => {
      studio.renameActive();
    },
  },
  changing(
    'layer.group',
    [1],
    (document) =>
      groupLayers(document, document.active, uniqueName(document, t('layer.group', { number: 1 }))),
    { keys: ['Mod+G'] },
  ),
  changing('layer.ungroup', [1], (document) => ungroupLayers(document, document.active), {
    keys: ['Mod+Shift+G'],
  }),
  changing(
    'layer.hide',
    [2],
    (document) => {
      const shown = all(document, (id) => findLayer(document, id)?.visible === true);
      return setVisible(document, document.active, !shown);
    },
    { keys: ['Mod+H'], macKeys: ['Ctrl+H'] },
  ),
  changing(
    'layer.lock',
    [2],
    (document) => {
      const locked = all(document, (id) => findLayer(document, id)?.locked === true);
      return setLocked(document, document.active, !locked);
    },
    { keys: ['Mod+/'] },
  ),
  changing(
    'layer.clip',
    [2],
    (document) => {
      const clipped = all(document, (id) => findLayer(document, id)?.clipped === true);
      return setClipped(document, document.active, !clipped);
    },
    { keys: ['Mod+Alt+G'] },
  ),
  reorder('layer.raise', 'forward', ['Mod+]']),
  reorder('layer.lower', 'backward', ['Mod+[']),
  reorder('layer.toTop', 'front', ['Mod+Shift+]']),
  reorder('layer.toBottom', 'back', ['Mod+Shift+[']),
  {
    id: 'layer.above',
    keys: ['Alt+]'],
    repeats: true,
    menu: ['layer', 3, 'arrange'],
    when: open,
    run: (studio) => {
      step(studio, -1);
    },
  },
  {
    id: 'layer.below',
    keys: ['Alt+['],
    repeats: true,
    menu: ['layer', 3, 'arrange'],
    when: open,
    run: (studio) => {
      step(studio, 1);
    },
  },
  {
    id: 'layer.mergeDown',
    keys: ['Mod+Alt+E'],
    menu: ['layer', 4],
    when: some,
    run: (studio) => studio.merge('down'),
  },
  {
    id: 'layer.mergeVisible',
    keys: ['Mod+Shift+E'],
    menu: ['layer', 4],
    when: open,
    run: (studio) => studio.merge('visible'),
  },
  { id: 'layer.flatten', menu: ['layer', 4], when: open, run: (studio) => studio.merge('all') },
  { id: 'layer.rasterize', menu: ['layer', 4], when: some, run: (studio) => studio.merge('self') },
  align('layer.alignLeft', 'left'),
  align('layer.alignCenter', 'center'),
  align('layer.alignRight', 'right'),
  align('layer.alignTop', 'top'),
  align('layer.alignMiddle', 'middle'),
  align('layer.alignBottom', 'bottom'),
  distribute('layer.distributeHorizontal', 'horizontal'),
  distribute('layer.distributeVertical', 'vertical'),
];
