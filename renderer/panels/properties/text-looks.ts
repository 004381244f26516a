import type { TextLayer } from '../../document/types.js';
import type { MessageKey } from '../../i18n/index.svelte.js';

/** What of texts can be set, of several alike. */
export type TextLooks = Partial<
  Pick<
    TextLayer,
    | 'fontFamily'
    | 'fontSize'
    | 'fontWeight'
    | 'italic'
    | 'align'
    | 'boxWidth'
    | 'lineHeight'
    | 'fill'
  >
>;

/** What fields of a text's looks are given. */
export interface TextLooksProps {
  readonly layer: TextLayer;
  readonly disabled: boolean;
  /** Makes a state of the change, called so. */
  readonly put: (key: MessageKey, looks: TextLooks) => void;
}
