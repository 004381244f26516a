import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';

/** Builds the studio's page to dist/renderer, the same for every host. */
export default defineConfig({
  root: 'renderer',
  // Electron serves it under its own scheme and the browser host under /, so paths are relative.
  base: './',
  plugins: [svelte({ configFile: false })],
  build: {
    outDir: '../dist/renderer',
    emptyOutDir: true,
    target: 'chrome120',
    // The page's policy allows no inline data for scripts, and fonts and icons stay files.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1500,
  },
  worker: { format: 'es' },
});
