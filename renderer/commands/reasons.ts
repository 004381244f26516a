/** Why a command cannot be run now, for whoever looks for it. */
import type { MessageKey } from '../i18n/en/index.js';
import type { CommandId } from './registry.js';

type Why = Extract<MessageKey, `why.${string}`>;

/** What is missing where commands need something of their own, by id or by its beginning. */
const MISSING: readonly (readonly [begins: string, why: Why])[] = [
  ['edit.undo', 'why.undo'],
  ['edit.redo', 'why.redo'],
  ['create.candidate', 'why.candidates'],
  ['create.accept', 'why.candidates'],
  ['create.keepAll', 'why.candidates'],
  ['create.discard', 'why.candidates'],
  ['create.vary', 'why.made'],
  ['create.repeat', 'why.made'],
  ['history.replay', 'why.replay'],
  ['window.', 'why.alone'],
  ['file.close', 'why.nothing'],
];
/** And where there is a document. */
const WITHIN: typeof MISSING = [
  ['select.fromLayer', 'why.layer'],
  ['select.allLayers', 'why.noLayers'],
  ['select.', 'why.selection'],
  ['crop.', 'why.crop'],
  ['image.crop', 'why.selection'],
  ['consistency.protect', 'why.selection'],
  ['consistency.addReference', 'why.layer'],
  ['consistency.', 'why.before'],
  ['layer.addMask', 'why.hasMask'],
  ['layer.addHidingMask', 'why.hasMask'],
  ['layer.removeMask', 'why.mask'],
  ['layer.applyMask', 'why.mask'],
  ['layer.maskToSelection', 'why.mask'],
  ['mask.', 'why.mask'],
  ['layer.distribute', 'why.three'],
  ['layer.editText', 'why.text'],
  ['layer.', 'why.layer'],
  ['view.rotateReset', 'why.unturned'],
  ['view.clearGuides', 'why.guides'],
];

/** What is open: null where there is none. */
interface Shown {
  readonly document: object | null;
  readonly active: object | null;
}

/** The sentence that says what is missing for a command that cannot be run. */
export function whyNot(id: CommandId, editor: Shown): Why {
  const begins = ([start]: readonly [string, Why]): boolean => id.startsWith(start);
  const own = MISSING.find(begins);
  if (own) return own[1];
  if (!editor.document) return 'why.document';
  if (!editor.active && /^(?:mask|layer)\./.test(id)) return 'why.layer';
  return WITHIN.find(begins)?.[1] ?? 'why.now';
}
