/** The documents that are open beside each other. */
import type { Studio } from '../state/studio.svelte.js';
import type { Command } from './registry.js';

const several = ({ documents }: Studio): boolean => documents.list.length > 1;

export const WINDOW_COMMANDS: readonly Command[] = [
  {
    id: 'window.newTab',
    keys: ['Alt+Shift+N'],
    menu: ['window', 0],
    run: ({ documents }) => {
      documents.fresh();
    },
  },
  {
    id: 'window.next',
    keys: ['Alt+PageDown'],
    appKeys: ['Ctrl+Tab', 'Mod+PageDown'],
    menu: ['window', 1],
    when: several,
    run: ({ documents }) => {
      documents.step(1);
    },
  },
  {
    id: 'window.previous',
    keys: ['Alt+PageUp'],
    appKeys: ['Ctrl+Shift+Tab', 'Mod+PageUp'],
    menu: ['window', 1],
    when: several,
    run: ({ documents }) => {
      documents.step(-1);
    },
  },
  {
    id: 'window.moveRight',
    keys: ['Alt+Shift+PageDown'],
    menu: ['window', 2],
    when: several,
    run: ({ documents }) => {
      documents.moveBy(1);
    },
  },
  {
    id: 'window.moveLeft',
    keys: ['Alt+Shift+PageUp'],
    menu: ['window', 2],
    when: several,
    run: ({ documents }) => {
      documents.moveBy(-1);
    },
  },
];
