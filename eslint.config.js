import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import js from '@eslint/js';
import { defineConfig, globalIgnores } from 'eslint/config';
import svelte from 'eslint-plugin-svelte';
import svelteParser from 'svelte-eslint-parser';
import tseslint from 'typescript-eslint';
import { importDirection } from './tools/eslint/import-direction.js';

const root = dirname(fileURLToPath(import.meta.url));

/** Code of the studio's page, and tests of it, which know the browser. */
const pageFiles = [
  'renderer/**/*.ts',
  'renderer/**/*.svelte',
  'test/unit/renderer/**/*.ts',
  'test/e2e/**/*.ts',
];

const pageGlobals = Object.fromEntries(
  ['window', 'document', 'location', 'navigator', 'fetch', 'performance', 'console']
    .concat(['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'URL', 'Blob', 'File'])
    .concat(['requestAnimationFrame', 'cancelAnimationFrame', 'getComputedStyle', 'matchMedia'])
    .concat(['HTMLElement', 'HTMLDivElement', 'HTMLInputElement', 'HTMLTextAreaElement'])
    .concat(['HTMLCanvasElement', 'HTMLButtonElement', 'HTMLUListElement', 'SVGSVGElement'])
    .concat(['KeyboardEvent', 'PointerEvent', 'DragEvent', 'Event', 'Node', 'Element'])
    .concat(['ImageBitmap', 'ImageData', 'OffscreenCanvas', 'Path2D', 'ResizeObserver', 'crypto'])
    .concat([
      'IntersectionObserver',
      'requestIdleCallback',
      'cancelIdleCallback',
      'AbortController',
    ])
    .concat(['Worker', 'self'])
    .concat(['createImageBitmap', 'CanvasRenderingContext2D', 'queueMicrotask', 'confirm'])
    .map((name) => [name, 'readonly']),
);

const nodeGlobals = Object.fromEntries(
  ['process', 'performance', 'setTimeout', 'URL', 'console', 'Buffer'].map((name) => [
    name,
    'readonly',
  ]),
);

export default defineConfig(
  globalIgnores(['node_modules/', 'dist/', '.cache/', 'coverage/', 'native-models/recipe/']),
  { linterOptions: { noInlineConfig: true, reportUnusedDisableDirectives: 'error' } },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: {
      parserOptions: {
        project: ['./tsconfig.json', './tsconfig.renderer.json'],
        extraFileExtensions: ['.svelte'],
        tsconfigRootDir: root,
      },
    },
    rules: {
      // Numbers are what this program prints.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      // A field named beside a rest is named to leave it out.
      '@typescript-eslint/no-unused-vars': ['error', { ignoreRestSiblings: true }],
    },
  },
  {
    files: ['main/**/*.ts', 'native-models/**/*.ts', 'preload/**/*.ts', 'renderer/**/*.ts'],
    plugins: { nativa: { rules: { 'import-direction': importDirection } } },
    rules: {
      'nativa/import-direction': ['error', { root }],
      'max-lines': ['error', { max: 400, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
      'no-console': 'error',
    },
  },
  {
    files: pageFiles,
    languageOptions: { globals: pageGlobals },
    rules: {
      // Handlers and state setters are one line, whatever they return.
      '@typescript-eslint/no-confusing-void-expression': 'off',
    },
  },
  {
    files: ['**/*.svelte'],
    extends: [tseslint.configs.strict, svelte.configs.recommended],
    languageOptions: {
      globals: pageGlobals,
      parser: svelteParser,
      parserOptions: { parser: tseslint.parser },
    },
    rules: {
      // svelte-check knows the types; without them these are wrong here.
      'no-undef': 'off',
      '@typescript-eslint/unified-signatures': 'off',
      // Props are taken apart by one `let` of which some are assigned to.
      'prefer-const': 'off',
    },
  },
  {
    files: ['main/hosts/electron/**/*.ts'],
    // Electron hands windows out itself: nobody but it calls their constructor for these.
    rules: { '@typescript-eslint/no-unsafe-class-instance-assignment': 'off' },
  },
  { files: ['**/*.{js,mjs}'], languageOptions: { globals: nodeGlobals } },
  // What it measures it runs in the page.
  {
    files: ['tools/bench-studio.mjs', 'tools/bench-open.mjs'],
    languageOptions: { globals: pageGlobals },
  },
);
