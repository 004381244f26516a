/** The cells of image tokens over the picture, and which of them an edit may draw anew. */
import { MaskReader } from '../document/pixels/resample-mask.js';
import type { Mask } from '../document/types.js';
import type { Studio } from '../state/studio.svelte.js';

/** Places along a side of a cell that are looked at. */
const LOOKS = 12;

/** Whether anything of a mask lies in each cell, row by row. */
export function cellsTouched(mask: Mask, columns: number, rows: number): boolean[] {
  const reader = new MaskReader(mask);
  const [across, down] = [mask.width / columns, mask.height / rows];
  return Array.from({ length: columns * rows }, (_, index) => {
    const left = (index % columns) * across;
    const top = Math.floor(index / columns) * down;
    for (let i = 0; i < LOOKS * LOOKS; i++) {
      const x = left + (((i % LOOKS) + 0.5) / LOOKS) * across;
      const y = top + ((Math.floor(i / LOOKS) + 0.5) / LOOKS) * down;
      if (reader.at(Math.floor(x), Math.floor(y)) > 0) return true;
    }
    return false;
  });
}

/** The grid as the overlay draws it; null while its size is not known. */
export function tokenCells(studio: Studio) {
  const { grid } = studio;
  const document = studio.shown;
  if (!grid || !document) return null;
  const { columns, rows } = grid;
  const open = document.selection ? cellsTouched(document.selection, columns, rows) : [];
  return { columns, rows, open };
}
