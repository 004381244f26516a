import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig, type Plugin } from 'vite';
import { drawing, render } from './tools/icons.mjs';
import { licences } from './tools/licences.mjs';

/** The icon as a PNG too: for the window under Linux, and for browsers without SVG there. */
function pngIcon(): Plugin {
  const attrs = { rel: 'icon', href: './icon.png', type: 'image/png', sizes: '256x256' };
  return {
    name: 'nativa-icon',
    apply: 'build',
    transformIndexHtml: () => [{ tag: 'link', attrs }],
    async generateBundle() {
      const source = await render(drawing('icon'), 256);
      this.emitFile({ type: 'asset', fileName: 'icon.png', source });
    },
  };
}

/** The licences of all that ships, for the page to show and the package to carry. */
function licenceList(): Plugin {
  return {
    name: 'nativa-licences',
    apply: 'build',
    generateBundle() {
      const source = JSON.stringify(licences([...this.getModuleIds()]));
      this.emitFile({ type: 'asset', fileName: 'licences.json', source });
    },
  };
}

/** Builds the studio's page to dist/renderer, the same for every host. */
export default defineConfig({
  root: 'renderer',
  // Electron serves it under its own scheme and the browser host under /, so paths are relative.
  base: './',
  plugins: [svelte({ configFile: false }), pngIcon(), licenceList()],
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
