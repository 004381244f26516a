/** Where something that is dragged over the layer panel would go. */
import type { Place } from '../../document/layers/tree.js';
import type { LayerId } from '../../document/types.js';
import type { LayerRow } from './rows.js';

/** What a dragged layer is called among the things that can be dragged; the data is its id. */
export const LAYER_KIND = 'application/x-nativa-layers';

/** Sizes of the panel's lines, in pixels. */
export interface RowMetrics {
  readonly height: number;
  /** How much deeper each level stands. */
  readonly indent: number;
}

export interface Drop {
  readonly place: Place;
  /** The group it is dropped on, to be lit; null: between lines. */
  readonly into: LayerId | null;
  /** Lines above the gap. */
  readonly gap: number;
  /** How deep the line in the gap begins. */
  readonly level: number;
}

/** Part of a group's line, at its top and bottom, that means beside it and not in it. */
const EDGE = 0.28;

/**
 * Where a drop at a point goes.
 * @param x from where lines of level 1 begin: below the last layer of a group it decides between in
 *   the group and under it
 * @param y from the top of the first line
 */
export function dropAt(
  rows: readonly LayerRow[],
  x: number,
  y: number,
  { height, indent }: RowMetrics,
): Drop {
  const at = Math.floor(y / height);
  const row = rows[at];
  const wanted = Math.floor(x / indent) + 1;
  if (!row) return inGap(rows, at < 0 ? 0 : rows.length, wanted);
  const part = y / height - at;
  if (row.layer.type === 'group' && part > EDGE && part < 1 - EDGE) {
    const place = { parent: row.layer.id, index: row.layer.children.length };
    return { place, into: row.layer.id, gap: at + 1, level: row.level + 1 };
  }
  return inGap(rows, part < 0.5 ? at : at + 1, wanted);
}

/** A gap between lines can be that of several levels; the pointer says which. */
function inGap(rows: readonly LayerRow[], gap: number, wanted: number): Drop {
  const above = rows[gap - 1];
  const below = rows[gap];
  const least = below?.level ?? 1;
  const most = above ? above.level + (above.open === true ? 1 : 0) : 1;
  const level = Math.min(Math.max(wanted, least), Math.max(most, least));
  if (below?.level === level) {
    const place = { parent: below.parents.at(-1) ?? null, index: below.index + 1 };
    return { place, into: null, gap, level };
  }
  // Under the lowest layer of that level.
  const path = above ? [...above.parents, above.layer.id] : [];
  return { place: { parent: path[level - 2] ?? null, index: 0 }, into: null, gap, level };
}

/** Whether layers may be put there: not into themselves, and not into what is locked. */
export function mayDrop(
  rows: readonly LayerRow[],
  ids: readonly LayerId[],
  { parent }: Place,
): boolean {
  if (parent === null) return true;
  const row = rows.find(({ layer }) => layer.id === parent);
  if (!row || row.locked) return false;
  return ![...row.parents, parent].some((id) => ids.includes(id));
}
