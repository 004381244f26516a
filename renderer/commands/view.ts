/** Looking: zoom, turn, panels, comparing, tools and help. */
import { clearGuides } from '../document/layers/guides.js';
import type { Studio } from '../state/studio.svelte.js';
import { TOOLS, type ToolId } from '../state/tools.svelte.js';
import type { Command, CommandId } from './registry.js';

const open = ({ editor }: Studio): boolean => editor.document !== null;
const comparable = (studio: Studio): boolean => studio.before !== null;

const TOOL_KEYS: Readonly<Record<ToolId, readonly string[]>> = {
  move: ['V'],
  rectangle: ['M'],
  ellipse: ['Shift+M'],
  lasso: ['L'],
  wand: ['W'],
  selectBrush: ['Q'],
  crop: ['C'],
  brush: ['B'],
  eraser: ['E'],
  clone: ['S'],
  fill: ['G'],
  gradient: ['Shift+G'],
  eyedropper: ['I'],
  text: ['T'],
  shape: ['U'],
  hand: ['H'],
  zoom: ['Z'],
};

const tool = (id: ToolId): Command => ({
  id: `tool.${id}` satisfies CommandId,
  keys: TOOL_KEYS[id],
  checked: ({ tools }) => tools.active === id,
  run: ({ tools }) => {
    tools.choose(id);
  },
});

export const VIEW_COMMANDS: readonly Command[] = [
  {
    id: 'view.zoomIn',
    keys: ['Mod+=', 'Mod+Plus', '='],
    repeats: true,
    menu: ['view', 0],
    when: open,
    run: ({ view }) => {
      view.step(1);
    },
  },
  {
    id: 'view.zoomOut',
    keys: ['Mod+-', '-'],
    repeats: true,
    menu: ['view', 0],
    when: open,
    run: ({ view }) => {
      view.step(-1);
    },
  },
  {
    id: 'view.fit',
    keys: ['Mod+0'],
    menu: ['view', 0],
    when: open,
    run: (studio) => {
      studio.fit();
    },
  },
  {
    id: 'view.actual',
    keys: ['Mod+1'],
    menu: ['view', 0],
    when: open,
    run: ({ view }) => {
      view.actual();
    },
  },
  {
    id: 'view.rotateLeft',
    keys: ['Shift+,'],
    repeats: true,
    menu: ['view', 1],
    when: open,
    run: ({ view }) => {
      view.turn(-15);
    },
  },
  {
    id: 'view.rotateRight',
    keys: ['Shift+.'],
    repeats: true,
    menu: ['view', 1],
    when: open,
    run: ({ view }) => {
      view.turn(15);
    },
  },
  {
    id: 'view.rotateReset',
    keys: ['Shift+Escape'],
    menu: ['view', 1],
    when: ({ view }) => view.angle !== 0,
    run: ({ view }) => {
      view.resetTurn();
    },
  },
  {
    id: 'consistency.compare',
    keys: ['Y'],
    menu: ['view', 2],
    when: comparable,
    checked: ({ consistency }) => consistency.split !== null,
    run: ({ consistency }) => {
      consistency.split = consistency.split === null ? 0.5 : null;
    },
  },
  {
    id: 'consistency.hold',
    keys: ['Shift+X'],
    menu: ['view', 2],
    when: comparable,
    run: ({ consistency }) => {
      consistency.held = true;
    },
    release: ({ consistency }) => {
      consistency.held = false;
    },
  },
  {
    id: 'consistency.difference',
    keys: ['Shift+D'],
    menu: ['view', 2],
    when: comparable,
    checked: ({ consistency }) => consistency.difference,
    run: ({ consistency }) => {
      consistency.difference = !consistency.difference;
    },
  },
  {
    id: 'consistency.grid',
    keys: ['Shift+T'],
    menu: ['view', 2],
    checked: ({ consistency }) => consistency.grid,
    run: ({ consistency }) => {
      consistency.grid = !consistency.grid;
    },
  },
  {
    id: 'view.rulers',
    keys: ['Mod+R'],
    menu: ['view', 3],
    checked: ({ ui }) => ui.rulers,
    run: ({ ui }) => {
      ui.rulers = !ui.rulers;
    },
  },
  {
    id: 'view.pixelGrid',
    menu: ['view', 3],
    checked: ({ ui }) => ui.pixelGrid,
    run: ({ ui }) => {
      ui.pixelGrid = !ui.pixelGrid;
    },
  },
  {
    id: 'view.guides',
    keys: ['Mod+;'],
    menu: ['view', 3],
    checked: ({ ui }) => ui.guides,
    run: ({ ui }) => {
      ui.guides = !ui.guides;
    },
  },
  {
    id: 'view.newGuide',
    menu: ['view', 3],
    when: open,
    run: ({ ui }) => {
      ui.dialog = 'guide';
    },
  },
  {
    id: 'view.snapping',
    keys: ['Mod+Shift+;'],
    menu: ['view', 3],
    checked: ({ tools }) => tools.snapping,
    run: ({ tools }) => {
      tools.snapping = !tools.snapping;
    },
  },
  {
    id: 'view.clearGuides',
    menu: ['view', 3],
    when: ({ editor }) => (editor.document?.guides.length ?? 0) > 0,
    run: ({ editor }) => {
      editor.change('command.view.clearGuides', clearGuides);
    },
  },
  {
    id: 'view.panels',
    keys: ['Tab'],
    menu: ['view', 4],
    checked: ({ ui }) => ui.panels,
    run: ({ ui }) => {
      ui.panels = !ui.panels;
    },
  },
  {
    id: 'view.theme',
    menu: ['view', 4],
    run: (studio) => studio.set({ theme: studio.ui.theme === 'dark' ? 'light' : 'dark' }),
  },
  ...TOOLS.map(tool),
  {
    id: 'tool.smaller',
    keys: ['['],
    repeats: true,
    run: ({ tools }) => {
      tools.resizeBrush(-1);
    },
  },
  {
    id: 'tool.larger',
    keys: [']'],
    repeats: true,
    run: ({ tools }) => {
      tools.resizeBrush(1);
    },
  },
  {
    id: 'tool.softer',
    keys: ['Shift+['],
    repeats: true,
    run: ({ tools }) => {
      tools.harden(-1);
    },
  },
  {
    id: 'tool.harder',
    keys: ['Shift+]'],
    repeats: true,
    run: ({ tools }) => {
      tools.harden(1);
    },
  },
  {
    id: 'tool.swapColours',
    keys: ['X'],
    run: ({ tools }) => {
      tools.swapColours();
    },
  },
  {
    id: 'tool.defaultColours',
    keys: ['Alt+D'],
    run: ({ tools }) => {
      tools.defaultColours();
    },
  },
  {
    id: 'help.palette',
    keys: ['Mod+K'],
    menu: ['help', 0],
    run: ({ ui }) => {
      ui.dialog = 'palette';
    },
  },
  {
    id: 'help.shortcuts',
    keys: ['?'],
    menu: ['help', 0],
    run: ({ ui }) => {
      ui.dialog = 'shortcuts';
    },
  },
  {
    id: 'help.about',
    menu: ['help', 1],
    run: ({ ui }) => {
      ui.dialog = 'about';
    },
  },
];
