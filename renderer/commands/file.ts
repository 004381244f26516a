/** Documents and files. */
import type { Command } from './registry.js';

export const FILE_COMMANDS: readonly Command[] = [
  {
    id: 'file.new',
    keys: ['Alt+N'],
    menu: ['file', 0],
    run: ({ ui }) => {
      ui.dialog = 'newCanvas';
    },
  },
  { id: 'file.open', keys: ['Mod+O'], menu: ['file', 0], run: ({ files }) => files.open() },
  {
    id: 'file.place',
    menu: ['file', 0],
    when: ({ editor }) => editor.document !== null,
    run: ({ files }) => files.place(),
  },
  {
    id: 'file.save',
    keys: ['Mod+S'],
    menu: ['file', 1],
    when: ({ editor }) => editor.document !== null,
    run: async ({ files }) => {
      await files.save();
    },
  },
  {
    id: 'file.saveAs',
    keys: ['Mod+Shift+S'],
    inPlace: true,
    menu: ['file', 1],
    when: ({ editor }) => editor.document !== null,
    run: async ({ files, current }) => {
      await files.save(current, true);
    },
  },
  {
    id: 'file.export',
    keys: ['Mod+E', 'Mod+Alt+Shift+S'],
    menu: ['file', 2],
    when: ({ editor }) => editor.document !== null,
    run: ({ ui }) => {
      ui.dialog = 'export';
    },
  },
  {
    id: 'file.close',
    keys: ['Alt+W'],
    appKeys: ['Mod+W'],
    menu: ['file', 3],
    when: ({ documents }) => documents.list.length > 1 || !documents.current.untouched,
    run: ({ leaving, current }) => leaving.close(current),
  },
];
