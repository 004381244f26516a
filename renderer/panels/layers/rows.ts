/** The lines of the layer panel: a tree as a list, top first. */
import type { Layer, LayerId } from '../../document/types.js';

export interface LayerRow {
  readonly layer: Layer;
  /** The groups it lies in, the outermost first. */
  readonly parents: readonly LayerId[];
  /** 1 for layers that lie in no group. */
  readonly level: number;
  /** Among the layers beside it, bottom first. */
  readonly index: number;
  /** How many layers lie beside each other, itself included. */
  readonly siblings: number;
  /** Whether a group's layers are listed; null for other layers. */
  readonly open: boolean | null;
  /** A group that it lies in is hidden. */
  readonly covered: boolean;
  /** It, or a group that it lies in, is locked. */
  readonly locked: boolean;
}

type Around = Pick<LayerRow, 'parents' | 'covered' | 'locked'>;
const OUTERMOST: Around = { parents: [], covered: false, locked: false };

/** The layers as they are listed. @param isOpen whether the layers in a group are listed */
export function layerRows(
  layers: readonly Layer[],
  isOpen: (id: LayerId) => boolean,
  around: Around = OUTERMOST,
): readonly LayerRow[] {
  const rows: LayerRow[] = [];
  for (let index = layers.length - 1; index >= 0; index--) {
    const layer = layers[index];
    if (!layer) continue;
    const { parents, covered } = around;
    const locked = around.locked || layer.locked;
    const open = layer.type === 'group' ? isOpen(layer.id) : null;
    const level = parents.length + 1;
    rows.push({ layer, parents, level, index, siblings: layers.length, open, covered, locked });
    if (layer.type !== 'group' || open !== true) continue;
    const inner = {
      parents: [...parents, layer.id],
      covered: covered || !layer.visible,
      locked,
    };
    rows.push(...layerRows(layer.children, isOpen, inner));
  }
  return rows;
}

/** What an arrow key does in the tree: goes to a layer, or opens or closes a group. */
export type TreeStep =
  | { readonly kind: 'go'; readonly id: LayerId }
  | { readonly kind: 'open' | 'close'; readonly id: LayerId };

/** What a key does when a layer has the focus; null for other keys and where there is no more. */
export function treeStep(rows: readonly LayerRow[], id: LayerId, key: string): TreeStep | null {
  const at = rows.findIndex(({ layer }) => layer.id === id);
  const row = rows[at];
  if (!row) return null;
  const go = (to: LayerId | undefined): TreeStep | null =>
    to === undefined ? null : { kind: 'go', id: to };
  switch (key) {
    case 'ArrowUp':
      return go(rows[at - 1]?.layer.id);
    case 'ArrowDown':
      return go(rows[at + 1]?.layer.id);
    case 'Home':
      return go(rows[0]?.layer.id);
    case 'End':
      return go(rows.at(-1)?.layer.id);
    case 'ArrowRight': {
      if (row.open === false) return { kind: 'open', id };
      const next = rows[at + 1];
      return row.open === true && next?.parents.at(-1) === id ? go(next.layer.id) : null;
    }
    case 'ArrowLeft':
      return row.open === true ? { kind: 'close', id } : go(row.parents.at(-1));
    default:
      return null;
  }
}
