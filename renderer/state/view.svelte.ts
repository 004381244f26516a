/** Where the document lies on the screen: zoom, place and turn. */
import {
  apply,
  boundsOf,
  invert,
  multiply,
  rotation,
  scaling,
  translation,
} from '../document/pixels/matrix.js';
import type { Matrix, Point, Rect } from '../document/types.js';

const LEAST = 0.01;
const MOST = 64;
/** Scales that buttons and keys stop at. */
const STOPS = [
  0.01, 0.02, 0.03, 0.05, 0.0833, 0.125, 0.1667, 0.25, 0.3333, 0.5, 0.6667, 1, 1.5, 2, 3, 4, 6, 8,
  12, 16, 24, 32, 48, 64,
];
/** Pixels of a side below which a document is shown as large as it gets. */
const TINY = 32;
/** Part of the window that a fitted document fills. */
const MARGIN = 48;
/** Pixels of the screen that are something of a document. */
const SEEN = 64;

/** What of a view lasts when the page is loaded again. */
interface Look {
  readonly zoom: number;
  readonly angle: number;
  /** The document's point in the middle of the window. */
  readonly middle: Point;
}

export class ViewState {
  /** Screen pixels (CSS) a document pixel. */
  #zoom = $state(1);
  /** Of the document's corner, in screen pixels. */
  #x = $state(0);
  #y = $state(0);
  /** Degrees clockwise. */
  #angle = $state(0);
  #width = $state(1);
  #height = $state(1);
  /** Whether all of the document was asked for, and nothing else since. */
  #fitted = false;
  /** Pixels of the device a pixel of the page. */
  ratio = $state(globalThis.devicePixelRatio || 1);
  /** What is covered by bars at the bottom, kept free when fitting. */
  bottom = $state(0);

  get zoom(): number {
    return this.#zoom;
  }

  /** Pixels of the device a document pixel: what people call the zoom. */
  get scale(): number {
    return this.#zoom * this.ratio;
  }

  get angle(): number {
    return this.#angle;
  }

  get width(): number {
    return this.#width;
  }

  get height(): number {
    return this.#height;
  }

  /**
   * From document to screen. Upright, the document's corner lies on a whole pixel of the device:
   * at 100 % each of its pixels is one of the screen's, and not a mixture of two.
   */
  get matrix(): Matrix {
    const upright = this.#angle % 90 === 0;
    const [x, y] = upright ? [this.#onPixel(this.#x), this.#onPixel(this.#y)] : [this.#x, this.#y];
    return multiply(translation(x, y), this.#turned);
  }

  /** The nearest whole pixel of the device, in pixels of the page. */
  #onPixel(place: number): number {
    return Math.round(place * this.ratio) / this.ratio;
  }

  get #turned(): Matrix {
    return multiply(rotation((this.#angle * Math.PI) / 180), scaling(this.#zoom, this.#zoom));
  }

  toScreen(point: Point): Point {
    return apply(this.matrix, point);
  }

  toDocument(point: Point): Point {
    const back = invert(this.matrix);
    return back ? apply(back, point) : point;
  }

  /** The window's new size; what was in its middle stays there. */
  resize(width: number, height: number): void {
    this.#x += (width - this.#width) / 2;
    this.#y += (height - this.#height) / 2;
    this.#width = Math.max(1, width);
    this.#height = Math.max(1, height);
  }

  /** The size of another view's window, which is the same. */
  takeWindow({ width, height, bottom, ratio }: ViewState): void {
    this.ratio = ratio;
    this.#width = width;
    this.#height = height;
    this.bottom = bottom;
  }

  get look(): Look {
    const middle = this.toDocument({ x: this.#width / 2, y: this.#height / 2 });
    return { zoom: this.#zoom, angle: this.#angle, middle };
  }

  /** Looks as another view did. */
  restore({ zoom, angle, middle }: Look): void {
    this.#zoom = Math.min(MOST, Math.max(LEAST, zoom));
    this.#angle = angle;
    this.#hold(middle, { x: this.#width / 2, y: this.#height / 2 });
  }

  pan(x: number, y: number): void {
    this.#fitted = false;
    this.#x += x;
    this.#y += y;
  }

  /** Zooms so that what is at a point of the screen stays there. */
  zoomTo(zoom: number, at: Point = { x: this.#width / 2, y: this.#height / 2 }): void {
    const fixed = this.toDocument(at);
    this.#fitted = false;
    this.#zoom = Math.min(MOST, Math.max(LEAST, zoom));
    this.#hold(fixed, at);
  }

  /** Each pixel of the document is one of the device. */
  actual(): void {
    this.zoomTo(1 / this.ratio);
  }

  /** To the next scale that keys stop at. */
  step(direction: 1 | -1): void {
    const near = this.scale * (direction > 0 ? 1.001 : 0.999);
    const next =
      direction > 0 ? STOPS.find((stop) => stop > near) : STOPS.findLast((stop) => stop < near);
    if (next !== undefined) this.zoomTo(next / this.ratio);
  }

  turn(degrees: number, at: Point = { x: this.#width / 2, y: this.#height / 2 }): void {
    const fixed = this.toDocument(at);
    this.#fitted = false;
    this.#angle = (((this.#angle + degrees) % 360) + 360) % 360;
    this.#hold(fixed, at);
  }

  resetTurn(): void {
    this.turn(-this.#angle);
  }

  /** Shows all of a rectangle of the document, not larger than its pixels times two unless it is tiny. */
  fit({ x, y, width, height }: Rect): void {
    const room = { width: this.#width - MARGIN, height: this.#height - MARGIN - this.bottom };
    const quarter = Math.abs(Math.sin((this.#angle * Math.PI) / 180)) > 0.7;
    const [across, down] = quarter ? [height, width] : [width, height];
    const most = Math.max(across, down) < TINY ? MOST : 2;
    const zoom = Math.min(room.width / across, room.height / down, most);
    this.#zoom = Math.min(MOST, Math.max(LEAST, zoom));
    this.#hold(
      { x: x + width / 2, y: y + height / 2 },
      { x: this.#width / 2, y: (this.#height - this.bottom) / 2 },
    );
    this.#fitted = true;
  }

  /**
   * The document has another frame. One that was fitted is so again; else what is in the middle of
   * the window stays there, unless nothing of the document would be seen.
   * @param moved from the old document's coordinates to the new one's
   */
  reframe(moved: Matrix, frame: Rect): void {
    const middle = { x: this.#width / 2, y: this.#height / 2 };
    if (!this.#fitted) this.#hold(apply(moved, this.toDocument(middle)), middle);
    if (this.#fitted || !this.#shows(frame)) this.fit(frame);
  }

  /** Whether some of a rectangle of the document can be seen. */
  #shows(rect: Rect): boolean {
    const { x, y, width, height } = boundsOf(this.matrix, rect);
    const across = Math.min(x + width, this.#width) - Math.max(x, 0);
    const down = Math.min(y + height, this.#height - this.bottom) - Math.max(y, 0);
    return across > Math.min(width, SEEN) / 2 && down > Math.min(height, SEEN) / 2;
  }

  /** The part of the document that can be seen: the upright rectangle around it. */
  visible(): Rect {
    const corners = [
      this.toDocument({ x: 0, y: 0 }),
      this.toDocument({ x: this.#width, y: 0 }),
      this.toDocument({ x: 0, y: this.#height }),
      this.toDocument({ x: this.#width, y: this.#height }),
    ];
    const left = Math.min(...corners.map((point) => point.x));
    const top = Math.min(...corners.map((point) => point.y));
    return {
      x: left,
      y: top,
      width: Math.max(...corners.map((point) => point.x)) - left,
      height: Math.max(...corners.map((point) => point.y)) - top,
    };
  }

  /** Moves the document so that one of its points lies at a point of the screen. */
  #hold(fixed: Point, at: Point): void {
    // Not from where it is drawn, which is on a whole pixel: that would add up.
    const { x, y } = apply(this.#turned, fixed);
    this.#x = at.x - x;
    this.#y = at.y - y;
  }
}
