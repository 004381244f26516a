/** The selection, and what is protected. */
import { setProtection, setSelection } from '../document/layers/masks.js';
import { combine, type CombineMode } from '../document/selection/combine.js';
import { joined } from '../document/selection/joined.js';
import { invertMask, uniteMasks } from '../document/pixels/mask-operations.js';
import { evenMask } from '../document/pixels/tiles.js';
import { selectLayers } from '../document/layers/select.js';
import { findLayer } from '../document/layers/tree.js';
import type { Compositor } from '../document/pixels/compose.js';
import { flattenLayers } from '../document/pixels/flatten.js';
import { IDENTITY } from '../document/pixels/matrix.js';
import type { AdjustmentLayer, Layer, LayerId, Mask, StudioDocument } from '../document/types.js';
import { rasteriser } from '../canvas/bounds.js';
import { selectionIs } from '../state/painting.js';
import type { Studio } from '../state/studio.svelte.js';
import type { Job } from '../state/work.svelte.js';
import type { Command } from './registry.js';

const open = ({ editor }: Studio): boolean => editor.document !== null;
const selected = ({ editor }: Studio): boolean => editor.document?.selection != null;

/** Selects what layers show, or joins it with what is selected. */
export async function selectPixelsOf(
  { work, compositor }: Studio,
  ids: readonly LayerId[],
  how: CombineMode,
): Promise<void> {
  await work.change('command.select.fromLayer', async (document, job) => {
    const { width, height, selection: old } = document;
    let all: Mask | null = null;
    for (const id of ids) {
      const layer = findLayer(document, id);
      if (!layer || layer.type === 'adjustment') continue;
      const drawn = await drawnOf(compositor, document, layer, job);
      if (!drawn) continue;
      const { raster, transform } = drawn;
      const made = await job.run('fromAlpha', { raster, transform, width, height });
      all = all ? uniteMasks(all, made) : made;
    }
    return selectionIs(all ? joined(old, all, how) : old);
  });
}

/** The pixels of a layer; those of a group as they lie in the document. */
async function drawnOf(
  compositor: Compositor,
  document: StudioDocument,
  layer: Exclude<Layer, AdjustmentLayer>,
  { signal, run }: Job,
) {
  if (layer.type === 'raster') return layer;
  if (layer.type !== 'group') return rasteriser.rasterOf(layer);
  const { width, height } = document;
  const data = await flattenLayers(compositor, document, [layer], { signal });
  const give = [data.buffer];
  return { raster: await run('raster', { data, width, height }, { give }), transform: IDENTITY };
}

export const SELECT_COMMANDS: readonly Command[] = [
  {
    id: 'select.all',
    keys: ['Mod+A'],
    menu: ['select', 0],
    when: open,
    run: ({ editor, work }) =>
      work.inTurn(() => {
        editor.change('command.select.all', (document) =>
          setSelection(document, evenMask(document.width, document.height, 255)),
        );
      }),
  },
  {
    id: 'select.none',
    keys: ['Mod+D'],
    menu: ['select', 0],
    when: selected,
    run: ({ editor, work }) =>
      work.inTurn(() => {
        editor.change('command.select.none', (document) => setSelection(document, null));
      }),
  },
  {
    id: 'select.invert',
    keys: ['Mod+Shift+I'],
    menu: ['select', 0],
    when: selected,
    run: ({ editor, work }) =>
      work.inTurn(() => {
        editor.change('command.select.invert', (document) =>
          document.selection ? setSelection(document, invertMask(document.selection)) : document,
        );
      }),
  },
  {
    id: 'select.fromLayer',
    menu: ['select', 0],
    when: ({ editor: { document } }) =>
      document?.active.some((id) => findLayer(document, id)?.type !== 'adjustment') === true,
    run: (studio) => selectPixelsOf(studio, studio.editor.selected, 'replace'),
  },
  {
    id: 'select.allLayers',
    keys: ['Mod+Alt+A'],
    menu: ['select', 0],
    when: ({ editor }) => (editor.document?.layers.length ?? 0) > 0,
    run: ({ editor, mask }) => {
      mask.leave();
      // Bottom first, so that the topmost is the active one.
      editor.touch((document) =>
        selectLayers(
          document,
          document.layers.map(({ id }) => id),
        ),
      );
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
    id: 'select.border',
    menu: ['select', 1],
    when: selected,
    run: ({ ui }) => {
      ui.dialog = 'border';
    },
  },
  {
    id: 'select.smooth',
    menu: ['select', 1],
    when: selected,
    run: ({ ui }) => {
      ui.dialog = 'smooth';
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
