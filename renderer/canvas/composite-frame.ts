/**
 * A document as it is seen: the part of its composite that is on the screen, in one canvas at the
 * resolution of a mip level. Panning and turning draw this canvas again and compute nothing; tiles
 * that are missing or no longer true are computed a few milliseconds at a time.
 */
import type { Compositor } from '../document/pixels/compose.js';
import { changedTiles } from '../document/pixels/changes.js';
import { composeInParts } from '../document/pixels/parts.js';
import { rasteriser } from './bounds.js';
import { FrameTiles } from './frame-tiles.js';
import { TILE, type Rect, type StudioDocument } from '../document/types.js';

/** Tiles beyond the window that are kept ready. */
const BORDER = 1;
/** Computed tiles that are kept, those on the screen among them: 192 MiB of them. */
const MOST = (192 * 1024 * 1024) / (TILE * TILE * 4);

interface Place {
  readonly column: number;
  readonly row: number;
}

interface Begun {
  readonly document: StudioDocument;
  readonly key: string;
  readonly parts: Generator<void, Uint8ClampedArray>;
}

/** Columns and rows of tiles at a level; `to` is exclusive. */
interface Area {
  readonly level: number;
  readonly fromColumn: number;
  readonly toColumn: number;
  readonly fromRow: number;
  readonly toRow: number;
}

const same = (a: Area, b: Area): boolean =>
  a.level === b.level &&
  a.fromColumn === b.fromColumn &&
  a.toColumn === b.toColumn &&
  a.fromRow === b.fromRow &&
  a.toRow === b.toRow;

export class CompositeFrame {
  readonly #compositor: Compositor;
  #document: StudioDocument;
  readonly #tiles: FrameTiles;
  #area: Area = { level: 0, fromColumn: 0, toColumn: 0, fromRow: 0, toRow: 0 };
  #canvas = new OffscreenCanvas(1, 1);
  /** Tiles of the area that are to be computed, nearest to what matters last. */
  #waiting: Place[] = [];
  /** The tile that is computed in parts. */
  #begun: Begun | null = null;

  constructor(compositor: Compositor, document: StudioDocument) {
    this.#compositor = compositor;
    this.#document = document;
    this.#tiles = new FrameTiles(document.layers);
  }

  /** Whether all that can be seen is up to date. */
  get done(): boolean {
    return this.#waiting.length === 0;
  }

  /**
   * Shows another document: tiles that may differ are computed anew, the old ones stand till then.
   * @param passing whether it is a gesture on its way
   */
  show(document: StudioDocument, passing = false): void {
    if (document === this.#document) return;
    const before = this.#document;
    this.#document = document;
    if (before.width !== document.width || before.height !== document.height) {
      this.#tiles.clear(document.layers);
      this.#area = { ...this.#area, toColumn: this.#area.fromColumn };
      return;
    }
    const changed = changedTiles(before, document, rasteriser.rasterOf);
    const keys = changed === 'all' ? [...this.#tiles.keys()] : this.#keysOf(changed);
    const restored = new Set(this.#tiles.change(keys, document.layers, passing));
    if (restored.size > 0) this.#putBack(restored);
    this.#enqueue();
  }

  /** Another document is looked at: only what was on the screen is kept ready. */
  rest(): void {
    const { level, fromColumn, toColumn, fromRow, toRow } = this.#area;
    const seen = new Set<string>();
    for (let row = fromRow; row < toRow; row++) {
      for (let column = fromColumn; column < toColumn; column++)
        seen.add(`${level}/${column}/${row}`);
    }
    for (const key of this.#tiles.keys()) if (!seen.has(key)) this.#tiles.delete(key);
    this.#begun = null;
  }

  /** Everything is computed anew: a font or a shape is there now that was not. */
  invalidate(): void {
    this.#tiles.invalidate();
    this.#enqueue();
  }

  /** Makes what lies in a part of the document be there at a zoom. */
  look(visible: Rect, zoom: number): void {
    const area = this.#areaOf(visible, zoom);
    if (same(area, this.#area) && this.#canvas.width > 1) return;
    const old = this.#area;
    const oldCanvas = this.#canvas;
    this.#area = area;
    const columns = Math.max(1, area.toColumn - area.fromColumn);
    const rows = Math.max(1, area.toRow - area.fromRow);
    this.#canvas = new OffscreenCanvas(columns * TILE, rows * TILE);
    this.#carryOver(oldCanvas, old);
    for (let row = area.fromRow; row < area.toRow; row++) {
      for (let column = area.fromColumn; column < area.toColumn; column++) {
        const tile = this.#tiles.get(this.#key(column, row));
        if (tile) this.#put(column, row, tile.data);
      }
    }
    this.#enqueue();
  }

  /**
   * Computes tiles for some milliseconds, a part of one at least.
   * @param near a point of the document whose tiles come first
   * @returns whether anything was drawn
   */
  work(milliseconds: number, near?: { x: number; y: number }): boolean {
    if (this.#waiting.length === 0) return false;
    if (near) this.#sort(near);
    const until = performance.now() + milliseconds;
    do {
      const next = this.#next();
      if (next === undefined) break;
      const data = this.#compose(next);
      if (data === null) continue;
      this.#waiting = this.#waiting.filter((place) => place !== next);
      this.#tiles.set(this.#key(next.column, next.row), data);
      this.#put(next.column, next.row, data);
    } while (performance.now() < until);
    this.#tiles.forget(MOST);
    return true;
  }

  /** The tile to go on with: the one that is begun, else what matters most. */
  #next(): Place | undefined {
    const key = this.#begun?.key;
    const begun = this.#waiting.find(({ column, row }) => this.#key(column, row) === key);
    return begun ?? this.#waiting.at(-1);
  }

  /** A tile's pixels; null while parts of it are missing. */
  #compose({ column, row }: Place): Uint8ClampedArray | null {
    const document = this.#document;
    const key = this.#key(column, row);
    if (this.#begun?.key !== key || this.#begun.document !== document) {
      const parts = composeInParts(this.#compositor, document, column, row, this.#area.level);
      this.#begun = { document, key, parts };
    }
    const { done, value } = this.#begun.parts.next();
    if (done !== true) return null;
    this.#begun = null;
    return value;
  }

  /** Draws the frame into a context whose unit is a document pixel. */
  draw(context: CanvasRenderingContext2D): void {
    const { level, fromColumn, fromRow } = this.#area;
    const scale = 2 ** level;
    const { width, height } = this.#document;
    context.save();
    context.beginPath();
    context.rect(0, 0, width, height);
    context.clip();
    context.drawImage(
      this.#canvas,
      fromColumn * TILE * scale,
      fromRow * TILE * scale,
      this.#canvas.width * scale,
      this.#canvas.height * scale,
    );
    context.restore();
  }

  #areaOf({ x, y, width, height }: Rect, zoom: number): Area {
    const most = Math.max(
      0,
      Math.ceil(Math.log2(Math.max(this.#document.width, this.#document.height) / TILE)),
    );
    const level = Math.min(most, Math.max(0, Math.floor(Math.log2(1 / zoom) + 0.001)));
    const side = TILE * 2 ** level;
    const columns = Math.ceil(this.#document.width / side);
    const rows = Math.ceil(this.#document.height / side);
    const within = (value: number, end: number): number => Math.min(end, Math.max(0, value));
    return {
      level,
      fromColumn: within(Math.floor(x / side) - BORDER, columns),
      toColumn: within(Math.ceil((x + width) / side) + BORDER, columns),
      fromRow: within(Math.floor(y / side) - BORDER, rows),
      toRow: within(Math.ceil((y + height) / side) + BORDER, rows),
    };
  }

  #key(column: number, row: number): string {
    return `${this.#area.level}/${column}/${row}`;
  }

  /** What was on the screen stays there, scaled, until the right tiles are there. */
  #carryOver(canvas: OffscreenCanvas, from: Area): void {
    const context = this.#canvas.getContext('2d');
    if (context === null || canvas.width <= 1 || from.toColumn <= from.fromColumn) return;
    const scale = 2 ** (from.level - this.#area.level);
    context.drawImage(
      canvas,
      from.fromColumn * TILE * scale - this.#area.fromColumn * TILE,
      from.fromRow * TILE * scale - this.#area.fromRow * TILE,
      canvas.width * scale,
      canvas.height * scale,
    );
  }

  #put(column: number, row: number, data: Uint8ClampedArray): void {
    const { fromColumn, fromRow } = this.#area;
    const image = new ImageData(data as Uint8ClampedArray<ArrayBuffer>, TILE, TILE);
    const context = this.#canvas.getContext('2d');
    context?.putImageData(image, (column - fromColumn) * TILE, (row - fromRow) * TILE);
  }

  /** The tiles of all levels that lie where these are. */
  #keysOf(changed: ReadonlySet<number>): ReadonlySet<string> {
    const columns = Math.ceil(this.#document.width / TILE);
    const stale = new Set<string>();
    for (const key of changed) {
      const [column, row] = [key % columns, Math.floor(key / columns)];
      for (let level = 0; level < 9; level++)
        stale.add(`${level}/${column >> level}/${row >> level}`);
    }
    return stale;
  }

  /** Draws tiles of the screen that are known again. */
  #putBack(keys: ReadonlySet<string>): void {
    const { fromColumn, toColumn, fromRow, toRow } = this.#area;
    for (let row = fromRow; row < toRow; row++) {
      for (let column = fromColumn; column < toColumn; column++) {
        const key = this.#key(column, row);
        const tile = keys.has(key) ? this.#tiles.get(key) : undefined;
        if (tile) this.#put(column, row, tile.data);
      }
    }
  }

  #enqueue(): void {
    const { fromColumn, toColumn, fromRow, toRow } = this.#area;
    this.#waiting = [];
    for (let row = toRow - 1; row >= fromRow; row--) {
      for (let column = toColumn - 1; column >= fromColumn; column--) {
        const tile = this.#tiles.get(this.#key(column, row));
        if (tile === undefined || tile.stale) this.#waiting.push({ column, row });
      }
    }
  }

  #sort({ x, y }: { x: number; y: number }): void {
    const side = TILE * 2 ** this.#area.level;
    const far = ({ column, row }: { column: number; row: number }): number =>
      Math.abs((column + 0.5) * side - x) + Math.abs((row + 0.5) * side - y);
    this.#waiting.sort((a, b) => far(b) - far(a));
  }
}
