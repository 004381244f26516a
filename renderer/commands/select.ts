/** The selection, and what is protected. */
import { setProtection, setSelection } from '../document/layers/masks.js';
import { combine } from '../document/selection/combine.js';
import { invertMask } from '../document/pixels/mask-operations.js';
import { evenMask } from '../document/pixels/tiles.js';
import { activeLayer } from '../document/layers/tree.js';
import { rasteriser } from '../canvas/bounds.js';
import { selectionIs } from '../state/painting.js';
import type { Studio } from '../state/studio.svelte.js';
import type { Command } from './registry.js';

const open = ({ editor }: Studio): boolean => editor.document !== null;
const selected = ({ editor }: Studio): boolean => editor.document?.selection != null;

export const SELECT_COMMANDS: readonly Command[] = [
  {
    id: 'select.all',
    keys: ['Mod+A'],
    menu: ['select', 0],
    when: open,
    run: ({ editor }) => {
      editor.change('command.select.all', (document) =>
        setSelection(document, evenMask(document.width, document.height, 255)),
      );
    },
  },
  {
    id: 'select.none',
    keys: ['Mod+D'],
    menu: ['select', 0],
    when: selected,
    run: ({ editor }) => {
      editor.change('command.select.none', (document) => setSelection(document, null));
    },
  },
  {
    id: 'select.invert',
    keys: ['Mod+Shift+I'],
    menu: ['select', 0],
    when: selected,
    run: ({ editor }) => {
      editor.change('command.select.invert', (document) =>
        document.selection ? setSelection(document, invertMask(document.selection)) : document,
      );
    },
  },
  {
    id: 'select.fromLayer',
    menu: ['select', 0],
    when: ({ editor }) => editor.active !== null && editor.active.type !== 'adjustment',
    run: async ({ work }) => {
      await work.change('command.select.fromLayer', async (document, job) => {
        const { width, height, selection } = document;
        const layer = activeLayer(document);
        if (!layer || layer.type === 'group' || layer.type === 'adjustment') {
          return selectionIs(selection);
        }
        const drawn = layer.type === 'raster' ? layer : rasteriser.rasterOf(layer);
        if (!drawn) return selectionIs(selection);
        const { raster, transform } = drawn;
        return selectionIs(await job.run('fromAlpha', { raster, transform, width, height }));
      });
    },
  },
  {
    id: 'select.feather',
    keys: ['Shift+F6'],
    menu: ['select', 1],
    when: selected,
    run: ({ ui }) => {
      ui.dialog = 'feather';
    },
  },
  {
    id: 'select.grow',
    menu: ['select', 1],
    when: selected,
    run: ({ ui }) => {
      ui.dialog = 'grow';
    },
  },
  {
    id: 'select.shrink',
    menu: ['select', 1],
    when: selected,
    run: ({ ui }) => {
      ui.dialog = 'shrink';
    },
  },
  {
    id: 'consistency.protect',
    menu: ['select', 2],
    when: selected,
    run: ({ editor }) => {
      editor.change('command.consistency.protect', (document) => {
        if (!document.selection) return document;
        const protection = combine(
          document.protection,
          document.selection,
          document.protection ? 'add' : 'replace',
        );
        return setSelection(setProtection(document, protection), null);
      });
    },
  },
];
