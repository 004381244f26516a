/** Catching while a tool drags, with the lines shown that it has caught on. */
import type { LayerId, Point, Rect, StudioDocument } from '../../document/types.js';
import type { Studio } from '../../state/studio.svelte.js';
import { catchMove, catchPoint, caughtBy, linesOf, type Lines } from '../snapping.js';
import type { ToolEvent } from './tool.js';

/** Pixels of the screen within which things catch. */
export const CATCH = 6;

/** Ctrl lets a drag go on freely. */
type Held = Pick<ToolEvent, 'mod'>;

/** Of one drag: what it may catch on is looked for once. */
export class Snap {
  readonly #studio: Studio;
  readonly #document: StudioDocument;
  readonly #except: readonly LayerId[];
  #lines: Lines | null = null;

  /** @param except layers that are dragged */
  constructor(studio: Studio, document: StudioDocument, except: readonly LayerId[] = []) {
    this.#studio = studio;
    this.#document = document;
    this.#except = except;
  }

  /** Whether something catches now. */
  on({ mod }: Held): boolean {
    return this.#studio.tools.snapping && !mod;
  }

  get lines(): Lines {
    this.#lines ??= linesOf(this.#document, this.#except, this.#studio.ui.guides);
    return this.#lines;
  }

  /** In document pixels. */
  get reach(): number {
    return CATCH / this.#studio.view.zoom;
  }

  /** A point drawn to what lies near. */
  point(point: Point, held: Held): Point {
    return this.on(held) ? catchPoint(point, this.lines, this.reach) : point;
  }

  /** The same, and on the corner of a pixel where nothing is near. */
  corner(point: Point, held: Held): Point {
    if (!this.on(held)) return point;
    const { x, y } = this.point(point, held);
    return { x: x === point.x ? Math.round(x) : x, y: y === point.y ? Math.round(y) : y };
  }

  /** A move of a rectangle by whole pixels, drawn to what lies near. */
  move(box: Rect | null, by: Point, held: Held): Point {
    const whole = { x: Math.round(by.x), y: Math.round(by.y) };
    if (!box || !this.on(held)) return whole;
    return catchMove(box, this.lines, by, this.reach);
  }

  /** Shows the lines that a rectangle lies on. @param middles whether its middles catch, too */
  show(rect: Rect | null, held: Held, middles = false): void {
    this.#studio.tools.caught = rect && this.on(held) ? caughtBy(rect, this.lines, middles) : [];
  }
}
