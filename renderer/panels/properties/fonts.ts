/** Families that every system has, or has one that stands in for it. */
import type { MessageKey } from '../../i18n/en/index.js';

export interface FontChoice {
  /** As CSS writes it. */
  readonly value: string;
  readonly label: { readonly key: MessageKey } | { readonly text: string };
}

const FONTS: readonly FontChoice[] = [
  { value: 'sans-serif', label: { key: 'properties.font.sans' } },
  { value: 'serif', label: { key: 'properties.font.serif' } },
  { value: 'monospace', label: { key: 'properties.font.mono' } },
  { value: 'system-ui', label: { key: 'properties.font.system' } },
  { value: 'Arial, Helvetica, sans-serif', label: { text: 'Arial' } },
  { value: 'Verdana, Geneva, sans-serif', label: { text: 'Verdana' } },
  { value: "'Trebuchet MS', sans-serif", label: { text: 'Trebuchet' } },
  { value: "Impact, 'Arial Narrow', sans-serif", label: { text: 'Impact' } },
  { value: 'Georgia, serif', label: { text: 'Georgia' } },
  { value: "'Times New Roman', Times, serif", label: { text: 'Times' } },
  { value: "'Courier New', Courier, monospace", label: { text: 'Courier' } },
  { value: "'Comic Sans MS', cursive", label: { text: 'Comic Sans' } },
];

/** The families to choose from; one that a document brought along is among them. */
export function fontChoices(current: string): readonly FontChoice[] {
  if (FONTS.some(({ value }) => value === current)) return FONTS;
  return [{ value: current, label: { text: current } }, ...FONTS];
}
