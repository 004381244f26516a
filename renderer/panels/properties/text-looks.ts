import type { TextLayer } from '../../document/types.js';
import type { MessageKey } from '../../i18n/index.svelte.js';

/** What of a text can be set. */
export type TextLooks = Partial<Omit<TextLayer, 'id' | 'type'>>;

/** What fields of a text's looks are given. */
export interface TextLooksProps {
  readonly layer: TextLayer;
  readonly disabled: boolean;
  /** Makes a state of the change, called so. */
  readonly put: (key: MessageKey, looks: TextLooks) => void;
}
