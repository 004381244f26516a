/** Painting all over a layer: what of it is needed for that, and what it depends on. */
import { replaceRaster } from '../document/layers/content.js';
import { setSelection } from '../document/layers/masks.js';
import { findLayer } from '../document/layers/tree.js';
import { columnsOf } from '../document/pixels/tiles.js';
import { SelectionSampler } from '../document/selection/sampler.js';
import { TILE, type Mask, type Raster, type RasterLayer } from '../document/types.js';
import type { TaskOptions } from '../work/pixel-worker.js';
import type { Outcome } from './work.svelte.js';

export type Target = Pick<RasterLayer, 'id' | 'raster' | 'transform'>;

/** Only what a task needs of a layer. */
export function placed({ raster, transform }: Target): Pick<RasterLayer, 'raster' | 'transform'> {
  return { raster, transform };
}

/**
 * Which tiles of a raster are read when it is painted on: those that are selected at all.
 * @param covers what is painted is opaque, so that what is selected whole is not read either
 */
export function readsSelected(
  { raster, transform }: Target,
  selection: Mask | null,
  covers: boolean,
): NonNullable<TaskOptions['reads']> {
  const sampler = selection && new SelectionSampler(selection, transform);
  const columns = columnsOf(raster);
  return (holder, key) => {
    if (holder !== raster) return true;
    const [x, y] = [(key % columns) * TILE, Math.floor(key / columns) * TILE];
    const width = Math.min(TILE, raster.width - x);
    const height = Math.min(TILE, raster.height - y);
    const even = sampler === null ? 255 : sampler.evenOver({ x, y, width, height });
    if (even === 255 && covers) return width < TILE || height < TILE;
    return even !== 0;
  };
}

/**
 * A layer with other pixels, if it is still what it was. What was selected when it was asked for
 * counts: who selects something else meanwhile does not take it back.
 */
export function paintedOver({ id, transform }: Target, raster: Raster): Outcome {
  return {
    of: (document) => {
      const layer = findLayer(document, id);
      const pixels = layer?.type === 'raster' ? layer : null;
      return [pixels?.raster, pixels?.transform];
    },
    change: (document) => replaceRaster(document, id, raster, { transform }),
  };
}

/** Several outcomes as one: all of them, or none. */
export function together(outcomes: readonly Outcome[]): Outcome {
  return {
    of: (document) => outcomes.flatMap(({ of }) => of(document)),
    change: (document) => outcomes.reduce((made, { change }) => change(made), document),
  };
}

/** A selection in the place of the one it was made of. */
export function selectionIs(selection: Mask | null): Outcome {
  return {
    of: (document) => [document.selection, document.width, document.height],
    change: (document) => setSelection(document, selection),
  };
}
