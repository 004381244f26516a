import type { NativaBridge } from '../preload/contract.js';

declare global {
  interface Window {
    /** Electron's door; the browser host has none. */
    readonly nativa?: NativaBridge;
  }
}
