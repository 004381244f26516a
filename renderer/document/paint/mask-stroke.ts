/** A stroke that paints a selection or a layer's mask. */
import { TILE } from '../types.js';
import type { Mask, Rect } from '../types.js';
import { IDENTITY } from '../pixels/matrix.js';
import { columnsOf, MaskEditor } from '../pixels/tiles.js';
import { evenValue } from '../selection/mask-rows.js';
import { SelectionSampler } from '../selection/sampler.js';
import { BrushTrack } from './brush.js';
import type { BrushSettings, StrokePoint } from './brush.js';
import { COVERED } from './dab.js';
import type { TileArea } from './dab.js';

/** `value`: towards what it paints, 0 to 255. */
export type MaskStrokeSettings = BrushSettings & { readonly value: number };

/** The same as Stroke, on a mask of the document: towards a value. */
export class MaskStroke {
  readonly #before: Mask;
  readonly #track: BrushTrack;
  readonly #target: number;
  readonly #strength: number;
  readonly #sampler: SelectionSampler | null;
  #now: Mask;

  /** @param selection where the mask may change; null: everywhere */
  constructor(mask: Mask, settings: MaskStrokeSettings, selection: Mask | null = null) {
    this.#before = mask;
    this.#now = mask;
    this.#track = new BrushTrack(mask, settings, IDENTITY);
    this.#target = settings.value;
    this.#strength = Math.min(1, Math.max(0, settings.opacity));
    this.#sampler = selection && new SelectionSampler(selection, IDENTITY);
  }

  /** @returns around what may have changed, in document pixels; null: nothing has */
  add(points: Iterable<StrokePoint>): Rect | null {
    return this.#track.add(points);
  }

  /** The mask with the stroke so far; the same object if nothing came since the last call. */
  mask(): Mask {
    const dirty = this.#track.takeDirty();
    if (dirty.size === 0 || this.#strength === 0) return this.#now;
    const editor = new MaskEditor(this.#now);
    for (const [key, area] of dirty) this.#blend(editor, key, area);
    this.#now = editor.finish();
    return this.#now;
  }

  /** The mask with the whole stroke; nothing may be added after it. */
  finish(): Mask {
    this.#track.finish();
    const { width, height, outside, tiles: painted } = this.mask();
    const tiles = new Map(painted);
    for (const key of this.#track.coverage.keys()) {
      const tile = tiles.get(key);
      if (tile && evenValue(tile.data) === outside) tiles.delete(key);
    }
    this.#now = { width, height, outside, tiles };
    return this.#now;
  }

  #blend(editor: MaskEditor, key: number, area: TileArea): void {
    const from = this.#before.tiles.get(key)?.data;
    const coverage = this.#track.coverage.tile(key);
    if (coverage === undefined || (!from && this.#before.outside === this.#target)) return;
    const columns = columnsOf(this.#before);
    const column = key % columns;
    const row = Math.floor(key / columns);
    const selected = new Uint8ClampedArray(TILE).fill(255);
    let out: Uint8ClampedArray | undefined;
    for (let y = area.top; y < area.bottom; y++) {
      const start = column * TILE + area.left;
      this.#sampler?.row(start, row * TILE + y, area.right - area.left, selected);
      for (let x = area.left; x < area.right; x++) {
        const i = y * TILE + x;
        const covered = ((coverage[i] ?? 0) * (selected[x - area.left] ?? 0)) / COVERED / 255;
        if (covered === 0) continue;
        out ??= editor.write(column, row);
        const old = from ? (from[i] ?? 0) : this.#before.outside;
        out[i] = old + (this.#target - old) * covered * this.#strength;
      }
    }
  }
}
