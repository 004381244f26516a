/** How layers are laid, by keys: opacity by digits, one blend mode after the other. */
import { setAlphaLocked, setBlendMode, setOpacity } from '../document/layers/properties.js';
import { findLayer } from '../document/layers/tree.js';
import { BLEND_MODES, type RasterLayer } from '../document/types.js';
import type { Studio } from '../state/studio.svelte.js';
import { PAINTERS } from '../state/tools.svelte.js';
import type { Command, CommandId } from './registry.js';

const some = ({ editor }: Studio): boolean => editor.selected.length > 0;

const TENTHS = [10, 20, 30, 40, 50, 60, 70, 80, 90, 100] as const;

/** Digits are those of the tool in hand, if it paints, and else of the layer; 0 is all. */
function opacity(percent: (typeof TENTHS)[number]): Command {
  const digit = (percent / 10) % 10;
  return {
    id: `layer.opacity${percent}` satisfies CommandId,
    // The first four choose candidates, while there are any.
    ...(digit === 0 || digit > 4 ? { keys: [String(digit)] } : {}),
    when: (studio) =>
      studio.create.current === null && (PAINTERS.has(studio.tools.current) || some(studio)),
    run: ({ editor, tools }) => {
      if (PAINTERS.has(tools.current)) tools.opacity = percent / 100;
      else {
        editor.change('layers.opacity', (document) =>
          setOpacity(document, document.active, percent / 100),
        );
      }
    },
  };
}

/** The selected layers that have pixels. */
function rasters({ document }: Pick<Studio['editor'], 'document'>): readonly RasterLayer[] {
  if (!document) return [];
  return document.active
    .map((id) => findLayer(document, id))
    .filter((layer) => layer?.type === 'raster');
}

function step({ editor }: Studio, by: 1 | -1): void {
  const { active } = editor;
  if (!active) return;
  const at = BLEND_MODES.indexOf(active.blendMode) + by;
  const next = BLEND_MODES.at(at % BLEND_MODES.length) ?? 'normal';
  editor.change('layers.blend', (document) => setBlendMode(document, document.active, next));
}

export const LOOK_COMMANDS: readonly Command[] = [
  ...TENTHS.map(opacity),
  {
    id: 'layer.blendNext',
    keys: ['Shift+=', 'Shift+Plus'],
    repeats: true,
    when: some,
    run: (studio) => {
      step(studio, 1);
    },
  },
  {
    id: 'layer.blendPrevious',
    keys: ['Shift+-'],
    repeats: true,
    when: some,
    run: (studio) => {
      step(studio, -1);
    },
  },
  {
    id: 'layer.lockAlpha',
    keys: ['/'],
    menu: ['layer', 2],
    when: ({ editor }) => rasters(editor).length > 0,
    checked: ({ editor }) => {
      const those = rasters(editor);
      return those.length > 0 && those.every(({ alphaLocked }) => alphaLocked);
    },
    run: ({ editor }) => {
      editor.change('command.layer.lockAlpha', (document) => {
        const locked = document.active.every((id) => {
          const layer = findLayer(document, id);
          return layer?.type !== 'raster' || layer.alphaLocked;
        });
        return setAlphaLocked(document, document.active, !locked);
      });
    },
  },
];
