/** What is open on the screen: dialogs, panels, messages that pass. */
import type { MessageKey, MessageParams } from '../i18n/index.svelte.js';

export type DialogName =
  | 'palette'
  | 'shortcuts'
  | 'settings'
  | 'export'
  | 'newCanvas'
  | 'canvasSize'
  | 'imageSize'
  | 'feather'
  | 'grow'
  | 'shrink'
  | 'guide'
  | 'border'
  | 'smooth'
  | 'replay'
  | 'leave'
  | 'about';
/** Pages of the settings. */
export const SETTINGS_PAGES = ['general', 'models', 'privacy', 'shortcuts'] as const;
export const PANELS = ['layers', 'properties', 'consistency', 'history'] as const;
export type PanelName = (typeof PANELS)[number];

export interface Toast {
  readonly id: number;
  readonly kind: 'info' | 'error';
  readonly text: string;
}

/** Milliseconds; what went wrong takes longer to read and is looked up again. */
const SHOWN = { info: 6000, error: 20_000 };

export class UiState {
  dialog = $state<DialogName | null>(null);
  /** The page that the settings show. */
  page = $state<(typeof SETTINGS_PAGES)[number]>('general');
  panels = $state(true);
  rulers = $state(false);
  guides = $state(true);
  /** Lines between pixels that are shown large. */
  pixelGrid = $state(true);
  /** What the page is dark or light by. */
  theme = $state<'dark' | 'light'>('dark');
  toasts = $state<readonly Toast[]>([]);
  /** What takes long and blocks nothing: opening, saving. */
  busy = $state<{ readonly key: MessageKey; readonly params: MessageParams } | null>(null);
  /** Whether files are dragged over the window. */
  dropping = $state(false);
  #last = 0;

  toast(kind: Toast['kind'], text: string): void {
    const id = ++this.#last;
    this.toasts = [...this.toasts.slice(-3), { id, kind, text }];
    setTimeout(() => {
      this.dismiss(id);
    }, SHOWN[kind]);
  }

  dismiss(id: number): void {
    this.toasts = this.toasts.filter((toast) => toast.id !== id);
  }
}
