/**
 * The Konva stage: it draws what it is told and reads nothing back. The picture is one shape that
 * draws frames; everything over it stands in an overlay layer.
 */
import Konva from 'konva';
import { invert, multiply } from '../document/pixels/matrix.js';
import type { Matrix, Point, Rect, StudioDocument } from '../document/types.js';
import type { Compositor } from '../document/pixels/compose.js';
import { CompositeFrame } from './composite-frame.js';
import { drawOverlay, type OverlayScene } from './overlay.js';

/** Milliseconds of a frame that may go into computing tiles. */
const BUDGET = 9;
/** Documents whose computed tiles are kept. */
const FRAMES = 4;

/** What the picture shape shows. */
export interface Picture {
  /** Whose it is: what was computed for it is shown at once when it comes back. */
  readonly of: object;
  readonly document: StudioDocument | null;
  /** Whether it is a gesture on its way, which nobody comes back to. */
  readonly passing: boolean;
  /** What it is compared with, if it is. */
  readonly before: StudioDocument | null;
  /** Where the line of a split view is, from 0 to 1; null: no split view. */
  readonly split: number | null;
  /** Shows where the two differ instead. */
  readonly difference: boolean;
  /** A picture that forms, over the document. */
  readonly forming: { readonly bitmap: ImageBitmap; readonly transform: Matrix } | null;
}

/** What the transform box is held by. */
export type Handle = 'left' | 'right' | 'other';

/** What the transform box goes around. */
export interface TransformFrame {
  readonly rect: Rect;
  /** To the screen. */
  readonly matrix: Matrix;
  /** Its sides break lines anew: it has no height of its own. */
  readonly wraps: boolean;
}

const SIDES: Readonly<Record<string, Handle>> = { 'middle-left': 'left', 'middle-right': 'right' };
const CORNERS = ['top-left', 'top-right', 'bottom-left', 'bottom-right'];
const ANCHORS = [...CORNERS, ...Object.keys(SIDES), 'top-center', 'bottom-center'];

export class CanvasStage {
  readonly #stage: Konva.Stage;
  readonly #picture: Konva.Layer;
  readonly #overlay: Konva.Layer;
  readonly #compositor: Compositor;
  readonly #box = new Konva.Rect({ draggable: false, listening: false });
  readonly #transformer: Konva.Transformer;
  /** By whose they are, the one shown last. */
  readonly #frames = new Map<object, CompositeFrame>();
  #frame: CompositeFrame | null = null;
  #beforeFrame: CompositeFrame | null = null;
  #shown: Picture = {
    of: this,
    document: null,
    passing: false,
    before: null,
    split: null,
    difference: false,
    forming: null,
  };
  #matrix: Matrix = [1, 0, 0, 1, 0, 0];
  #scene: OverlayScene | null = null;
  #checker: CanvasPattern | null = null;
  #near: Point | undefined;
  #request = 0;
  #room = { width: 1, height: 1 };
  #boxMatrix: Matrix | null = null;
  /** What the transform box is held by. */
  #handle: Handle = 'other';

  /**
   * @param transformed told how the transform box changed what it holds, in document coordinates,
   *   and by which handle; `done` once it is let go
   */
  constructor(
    container: HTMLDivElement,
    compositor: Compositor,
    transformed: (matrix: Matrix, handle: Handle, done: boolean) => void,
  ) {
    this.#compositor = compositor;
    this.#stage = new Konva.Stage({ container, width: 1, height: 1 });
    this.#picture = new Konva.Layer({ listening: false });
    this.#overlay = new Konva.Layer();
    this.#transformer = new Konva.Transformer({
      rotateAnchorOffset: 22,
      anchorSize: 9,
      anchorCornerRadius: 2,
      borderStroke: '#8f82ff',
      anchorStroke: '#8f82ff',
      anchorFill: '#ffffff',
      rotationSnaps: [0, 45, 90, 135, 180, 225, 270, 315],
      flipEnabled: true,
      visible: false,
    });
    const tell = (done: boolean) => (): void => {
      const change = this.#boxChange();
      if (change) transformed(change, this.#handle, done);
    };
    this.#transformer.on('transformstart', () => {
      this.#handle = SIDES[this.#transformer.getActiveAnchor() ?? ''] ?? 'other';
    });
    this.#transformer.on('transform', tell(false));
    this.#transformer.on('transformend', tell(true));
    this.#picture.add(
      new Konva.Shape({
        sceneFunc: (context) => {
          this.#draw(context._context);
        },
      }),
    );
    this.#overlay.add(
      new Konva.Shape({
        listening: false,
        sceneFunc: (context) => {
          if (this.#scene) drawOverlay(context._context, this.#scene, this.#stage.size());
        },
      }),
      this.#box,
      this.#transformer,
    );
    this.#stage.add(this.#picture, this.#overlay);
  }

  /** Whether a point of the screen is on one of the transform box's handles. */
  holdsHandle(point: Point): boolean {
    return this.#transformer.visible() && this.#overlay.getIntersection(point) !== null;
  }

  /** Whether everything on the screen is computed. */
  get settled(): boolean {
    return (this.#frame?.done ?? true) && (this.#beforeFrame?.done ?? true);
  }

  resize(width: number, height: number): void {
    // As many whole pixels of the device as fit: a part of one more would blur all of them.
    const whole = (length: number): number =>
      Math.max(1, Math.floor(length * this.#ratio + 0.01) / this.#ratio);
    this.#room = { width, height };
    this.#stage.size({ width: whole(width), height: whole(height) });
    this.#wake();
  }

  /** Draws with as many pixels as the device has. @param ratio of them a pixel of the page */
  sharpen(ratio: number): void {
    if (this.#ratio === ratio) return;
    Konva.pixelRatio = ratio;
    for (const layer of [this.#picture, this.#overlay]) layer.getCanvas().setPixelRatio(ratio);
    this.resize(this.#room.width, this.#room.height);
    this.#overlay.batchDraw();
  }

  /** @param matrix from document to screen */
  look(matrix: Matrix): void {
    this.#matrix = matrix;
    this.#wake();
  }

  show(picture: Picture): void {
    const other = picture.of !== this.#shown.of;
    if (other) {
      this.#frame?.rest();
      this.#beforeFrame = null;
    }
    const known = this.#frames.get(picture.of) ?? null;
    this.#frame = frameOf(known, this.#compositor, picture.document, picture.passing);
    this.#frames.delete(picture.of);
    if (this.#frame) this.#frames.set(picture.of, this.#frame);
    for (const of of this.#frames.keys()) if (this.#frames.size > FRAMES) this.#frames.delete(of);
    const compared = picture.split !== null || picture.difference ? picture.before : null;
    this.#beforeFrame = frameOf(this.#beforeFrame, this.#compositor, compared);
    this.#shown = picture;
    this.#wake();
  }

  /** Lets go of what was computed for others than these. */
  keep(those: readonly object[]): void {
    for (const of of this.#frames.keys()) if (!those.includes(of)) this.#frames.delete(of);
  }

  /** Lets go of the transform box, as if the person had. */
  finish(): void {
    if (this.#transformer.isTransforming()) this.#transformer.stopTransform();
  }

  /** What is drawn over the picture. */
  over(scene: OverlayScene): void {
    this.#scene = scene;
    this.#overlay.batchDraw();
  }

  /** Tiles near this point of the document are computed first. */
  attend(point: Point | undefined): void {
    this.#near = point;
  }

  /** Shows handles around a rectangle under a matrix to the screen; null hides them. */
  frame(box: TransformFrame | null): void {
    if (this.#transformer.isTransforming()) return;
    this.#transformer.visible(box !== null);
    this.#boxMatrix = null;
    if (box) {
      const { rect, matrix, wraps } = box;
      this.#transformer.enabledAnchors(wraps ? [...CORNERS, ...Object.keys(SIDES)] : ANCHORS);
      const whole = multiply(matrix, [1, 0, 0, 1, rect.x, rect.y]);
      const decomposed = new Konva.Transform([...whole]).decompose();
      this.#box.setAttrs({ ...decomposed, width: rect.width, height: rect.height });
      this.#boxMatrix = this.#boxNow();
      this.#transformer.nodes([this.#box]);
      this.#transformer.forceUpdate();
    } else this.#transformer.nodes([]);
    this.#overlay.batchDraw();
  }

  setChecker(a: string, b: string): void {
    const tile = new OffscreenCanvas(16, 16);
    const context = tile.getContext('2d');
    if (!context) return;
    context.fillStyle = a;
    context.fillRect(0, 0, 16, 16);
    context.fillStyle = b;
    context.fillRect(0, 0, 8, 8);
    context.fillRect(8, 8, 8, 8);
    this.#checker = context.createPattern(tile, 'repeat');
    this.#wake();
  }

  destroy(): void {
    cancelAnimationFrame(this.#request);
    this.#stage.destroy();
  }

  #boxNow(): Matrix {
    const [a = 1, b = 0, c = 0, d = 1, e = 0, f = 0] = this.#box.getTransform().getMatrix();
    return [a, b, c, d, e, f];
  }

  /** How the box was changed since it was set, in document coordinates. */
  #boxChange(): Matrix | null {
    const before = this.#boxMatrix && invert(this.#boxMatrix);
    const toDocument = invert(this.#matrix);
    if (!before || !toDocument) return null;
    const onScreen = multiply(this.#boxNow(), before);
    return multiply(toDocument, multiply(onScreen, this.#matrix));
  }

  /** Asks for one frame; more follow while there is something to compute. */
  #wake(): void {
    if (this.#request !== 0) return;
    this.#request = requestAnimationFrame(() => {
      this.#request = 0;
      this.#work();
      this.#picture.draw();
      if (!this.settled) this.#wake();
    });
  }

  #work(): void {
    const zoom = Math.hypot(this.#matrix[0], this.#matrix[1]) * this.#ratio;
    const visible = this.#visible();
    for (const frame of [this.#frame, this.#beforeFrame]) {
      if (!frame || !visible) continue;
      frame.look(visible, zoom);
      frame.work(BUDGET, this.#near);
    }
  }

  get #ratio(): number {
    return this.#picture.getCanvas().getPixelRatio();
  }

  #visible(): Rect | null {
    const back = invert(this.#matrix);
    if (!back) return null;
    const { width, height } = this.#stage.size();
    const corners = [
      [0, 0],
      [width, 0],
      [0, height],
      [width, height],
    ].map(([x = 0, y = 0]) => [
      back[0] * x + back[2] * y + back[4],
      back[1] * x + back[3] * y + back[5],
    ]);
    const xs = corners.map(([x = 0]) => x);
    const ys = corners.map(([, y = 0]) => y);
    const [x, y] = [Math.min(...xs), Math.min(...ys)];
    return { x, y, width: Math.max(...xs) - x, height: Math.max(...ys) - y };
  }

  #draw(context: CanvasRenderingContext2D): void {
    const { document, split, difference, forming } = this.#shown;
    const { width, height } = this.#stage.size();
    context.save();
    if (document && this.#frame) {
      this.#drawChecker(context, document);
      const smooth = Math.hypot(this.#matrix[0], this.#matrix[1]) * this.#ratio < 2;
      context.imageSmoothingEnabled = smooth;
      context.imageSmoothingQuality = 'high';
      this.#inDocument(context, () => this.#frame?.draw(context));
      if (this.#beforeFrame && difference) this.#drawDifference(context, width, height);
      else if (this.#beforeFrame && split !== null) this.#drawSplit(context, split * width, height);
    }
    if (forming) this.#drawForming(context, forming);
    context.restore();
  }

  #inDocument(context: CanvasRenderingContext2D, draw: () => void): void {
    context.save();
    context.transform(...this.#matrix);
    draw();
    context.restore();
  }

  #drawChecker(context: CanvasRenderingContext2D, { width, height }: StudioDocument): void {
    context.save();
    context.beginPath();
    this.#inDocument(context, () => {
      context.rect(0, 0, width, height);
    });
    // The squares stay as large as they are on the screen and move with the document.
    const [, , , , x, y] = this.#matrix;
    context.clip();
    context.translate(x, y);
    context.fillStyle = this.#checker ?? '#2a2c33';
    const reach = Math.hypot(width, height) * Math.hypot(this.#matrix[0], this.#matrix[1]);
    context.fillRect(-reach, -reach, reach * 2, reach * 2);
    context.restore();
  }

  #drawSplit(context: CanvasRenderingContext2D, at: number, height: number): void {
    context.save();
    context.beginPath();
    context.rect(0, 0, at, height);
    context.clip();
    this.#inDocument(context, () => this.#beforeFrame?.draw(context));
    context.restore();
  }

  /** Black where nothing differs; even small differences are bright. */
  #drawDifference(context: CanvasRenderingContext2D, width: number, height: number): void {
    const ratio = this.#ratio;
    const canvas = new OffscreenCanvas(
      Math.max(1, Math.round(width * ratio)),
      Math.max(1, Math.round(height * ratio)),
    );
    const own = canvas.getContext('2d') as unknown as CanvasRenderingContext2D | null;
    if (!own) return;
    own.scale(ratio, ratio);
    own.imageSmoothingEnabled = context.imageSmoothingEnabled;
    own.fillStyle = '#000000';
    own.fillRect(0, 0, width, height);
    this.#inDocument(own, () => this.#frame?.draw(own));
    own.globalCompositeOperation = 'difference';
    this.#inDocument(own, () => this.#beforeFrame?.draw(own));
    own.globalCompositeOperation = 'lighter';
    for (let times = 0; times < 3; times++) own.drawImage(canvas, 0, 0, width, height);
    context.save();
    context.beginPath();
    this.#inDocument(context, () => {
      context.rect(0, 0, this.#shown.document?.width ?? 0, this.#shown.document?.height ?? 0);
    });
    context.clip();
    context.drawImage(canvas, 0, 0, width, height);
    context.restore();
  }

  #drawForming(
    context: CanvasRenderingContext2D,
    { bitmap, transform }: NonNullable<Picture['forming']>,
  ): void {
    this.#inDocument(context, () => {
      context.transform(...transform);
      context.imageSmoothingEnabled = true;
      context.drawImage(bitmap, 0, 0);
    });
  }
}

/** A frame for a document: the one there is, if it can go on. */
function frameOf(
  frame: CompositeFrame | null,
  compositor: Compositor,
  document: StudioDocument | null,
  passing = false,
): CompositeFrame | null {
  if (!document) return null;
  if (!frame) return new CompositeFrame(compositor, document);
  frame.show(document, passing);
  return frame;
}
