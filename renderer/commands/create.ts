/** Making pictures: the loop of prompt, run, candidates, accept. */
import { isEditable } from '../create/inputs.js';
import { outpaint } from '../state/framing.js';
import type { Studio } from '../state/studio.svelte.js';
import type { Command, CommandId } from './registry.js';

const choosing = ({ create }: Studio): boolean => create.current !== null;

const candidate = (number: 1 | 2 | 3 | 4): Command => ({
  id: `create.candidate${number}` satisfies CommandId,
  keys: [String(number)],
  // As the other digits.
  meanwhile: `layer.opacity${number}0` as const,
  menu: ['create', 1],
  when: ({ create }) => (create.current?.items.length ?? 0) >= number,
  checked: ({ create }) => create.current !== null && create.chosen === number - 1,
  run: ({ create }) => {
    create.chosen = number - 1;
  },
});

export const CREATE_COMMANDS: readonly Command[] = [
  {
    id: 'create.prompt',
    keys: ['Enter', 'Mod+P'],
    menu: ['create', 0],
    run: (studio) => {
      studio.focusPrompt();
    },
  },
  {
    id: 'create.run',
    keys: ['Mod+Enter'],
    menu: ['create', 0],
    run: (studio) => studio.generation.run(),
  },
  {
    id: 'create.generate',
    keys: ['Alt+1'],
    menu: ['create', 0],
    checked: ({ create, editor }) => create.mode === 'generate' || !isEditable(editor.document),
    run: ({ create }) => {
      create.mode = 'generate';
    },
  },
  {
    id: 'create.edit',
    keys: ['Alt+2'],
    menu: ['create', 0],
    when: ({ editor }) => isEditable(editor.document),
    checked: ({ create, editor }) => create.mode === 'edit' && isEditable(editor.document),
    run: ({ create }) => {
      create.mode = 'edit';
    },
  },
  {
    id: 'create.cancel',
    keys: ['Escape'],
    menu: ['create', 0],
    run: (studio) => studio.escape(),
  },
  {
    id: 'create.vary',
    keys: ['Shift+R'],
    menu: ['create', 0],
    when: ({ create }) => create.last !== null,
    run: (studio) => studio.generation.repeat(true),
  },
  {
    id: 'create.repeat',
    keys: ['R'],
    menu: ['create', 0],
    when: ({ create }) => create.last !== null || create.stopped.length > 0,
    run: (studio) => studio.generation.repeat(false),
  },
  {
    id: 'history.replay',
    menu: ['create', 0],
    when: ({ replay }) => replay.running === null && replay.nearest !== null,
    run: ({ replay }) => {
      replay.ask(replay.nearest);
    },
  },
  candidate(1),
  candidate(2),
  candidate(3),
  candidate(4),
  {
    id: 'create.accept',
    keys: ['A'],
    menu: ['create', 1],
    when: ({ create }) => create.current !== null && create.chosen >= 0,
    run: (studio) => {
      studio.generation.accept();
    },
  },
  {
    id: 'create.keepAll',
    keys: ['Shift+A'],
    menu: ['create', 1],
    when: choosing,
    run: (studio) => {
      studio.generation.keepAll();
    },
  },
  {
    id: 'create.mark',
    keys: ['K'],
    menu: ['create', 1],
    when: ({ create }) => create.current !== null && create.chosen >= 0,
    checked: ({ create }) => create.marked.has(create.chosen),
    run: ({ create }) => {
      create.mark(create.chosen);
    },
  },
  {
    id: 'create.discard',
    keys: ['D'],
    // As in every editor that paints.
    meanwhile: 'tool.defaultColours',
    menu: ['create', 1],
    when: choosing,
    run: (studio) => {
      studio.generation.discard();
    },
  },
  {
    id: 'create.bringBack',
    keys: ['Alt+A'],
    menu: ['create', 1],
    when: ({ create }) => create.shelf.length > 0,
    run: ({ create }) => {
      create.bringBack();
    },
  },
  {
    id: 'create.nextSet',
    keys: ['N'],
    menu: ['create', 1],
    when: ({ create }) => create.sets.length > 1,
    run: ({ create }) => {
      create.turn(1);
    },
  },
  {
    id: 'create.cancelAll',
    menu: ['create', 0],
    when: ({ create }) => create.busy,
    run: ({ create }) => create.cancelAll(),
  },
  {
    id: 'create.outpaint',
    menu: ['create', 2],
    when: ({ editor }) => editor.document !== null,
    run: outpaint,
  },
  {
    id: 'consistency.addReference',
    menu: ['create', 3],
    when: ({ editor }) => editor.active !== null,
    run: ({ editor: { active }, consistency, trainedReferences }) => {
      if (active) consistency.add(active.name, { layer: active.id }, trainedReferences);
    },
  },
  {
    id: 'consistency.lockTokens',
    keys: ['Shift+L'],
    menu: ['create', 3],
    checked: ({ consistency }) => consistency.lockTokens,
    run: ({ consistency }) => {
      consistency.lockTokens = !consistency.lockTokens;
    },
  },
];
