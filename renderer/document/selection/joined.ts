/** What a selection becomes when something more is selected. */
import { isEmptyMask } from '../pixels/mask-operations.js';
import type { Mask } from '../types.js';
import { combine, type CombineMode } from './combine.js';

/** The two as one; nothing selected becomes no selection. @throws RangeError if the sizes differ */
export function joined(old: Mask | null, added: Mask, how: CombineMode): Mask | null {
  const selection = combine(old, added, how);
  return isEmptyMask(selection) ? null : selection;
}
