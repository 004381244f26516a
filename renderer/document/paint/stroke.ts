/** A stroke of the brush, the eraser or the clone tool on a raster. */
import { TILE } from '../types.js';
import type { Colour, Mask, Matrix, Raster, Rect } from '../types.js';
import { columnsOf, RasterEditor } from '../pixels/tiles.js';
import { SelectionSampler } from '../selection/sampler.js';
import { blendTile, eraseEffect, paintEffect, settle } from './blend.js';
import type { Effect } from './blend.js';
import { BrushTrack } from './brush.js';
import type { BrushSettings, StrokePoint } from './brush.js';
import { cloneEffect } from './clone.js';
import type { CloneSource } from './clone.js';
import { rgbaOf } from './colour.js';
import type { TileArea } from './dab.js';

/** With `lockAlpha` no pixel's alpha changes; an eraser then does nothing. */
export type StrokeSettings = BrushSettings & { readonly lockAlpha: boolean } & (
    | { readonly mode: 'paint'; readonly colour: Colour }
    | { readonly mode: 'erase' }
    | { readonly mode: 'clone'; readonly source: CloneSource }
  );

/**
 * A stroke on its way. Points come in, the picture with the stroke on it comes out, at a cost of
 * what is new since the last time. Pixels are always mixed from those before the stroke, by the
 * coverage of the whole stroke; where that or the selection is 0, no byte changes.
 */
export class Stroke {
  readonly #before: Raster;
  readonly #track: BrushTrack;
  readonly #effect: Effect;
  readonly #strength: number;
  readonly #sampler: SelectionSampler | null;
  /** Transparent tiles stay as they are. */
  readonly #onlyOpaque: boolean;
  #now: Raster;

  /**
   * @param transform from the raster's to the document's coordinates
   * @param selection in document coordinates; null: everything may change
   * @throws RangeError if a transform flattens its raster to a line or the colour is none
   */
  constructor(raster: Raster, settings: StrokeSettings, transform: Matrix, selection: Mask | null) {
    this.#before = raster;
    this.#now = raster;
    this.#track = new BrushTrack(raster, settings, transform);
    this.#effect = effectOf(settings, transform);
    this.#strength = strengthOf(settings);
    this.#sampler = selection && new SelectionSampler(selection, transform);
    this.#onlyOpaque = settings.lockAlpha || settings.mode === 'erase';
  }

  /** @returns around what may have changed, in pixels of the raster; null: nothing has */
  add(points: Iterable<StrokePoint>): Rect | null {
    return this.#track.add(points);
  }

  /** The raster with the stroke so far; the same object if nothing came since the last call. */
  raster(): Raster {
    const dirty = this.#track.takeDirty();
    if (dirty.size === 0 || this.#strength === 0) return this.#now;
    const editor = new RasterEditor(this.#now);
    for (const [key, area] of dirty) this.#blend(editor, key, area);
    this.#now = editor.finish();
    return this.#now;
  }

  /** The raster with the whole stroke; nothing may be added after it. */
  finish(): Raster {
    this.#track.finish();
    this.#now = settle(this.#before, this.raster(), this.#track.coverage.keys());
    return this.#now;
  }

  #blend(editor: RasterEditor, key: number, area: TileArea): void {
    const from = this.#before.tiles.get(key)?.data;
    if (from === undefined && this.#onlyOpaque) return;
    const columns = columnsOf(this.#before);
    const column = key % columns;
    const row = Math.floor(key / columns);
    blendTile({
      from,
      out: () => editor.write(column, row),
      left: column * TILE,
      top: row * TILE,
      area,
      coverage: this.#track.coverage.tile(key),
      sampler: this.#sampler,
      strength: this.#strength,
      effect: this.#effect,
    });
  }
}

function effectOf(settings: StrokeSettings, transform: Matrix): Effect {
  switch (settings.mode) {
    case 'paint':
      return paintEffect(rgbaOf(settings.colour), settings.lockAlpha);
    case 'erase':
      return eraseEffect;
    case 'clone':
      return cloneEffect(settings.source, transform, settings.lockAlpha);
  }
}

function strengthOf(settings: StrokeSettings): number {
  const opacity = Math.min(1, Math.max(0, settings.opacity));
  if (settings.mode === 'paint') return (opacity * rgbaOf(settings.colour).a) / 255;
  return settings.mode === 'erase' && settings.lockAlpha ? 0 : opacity;
}
