/** Pointer, wheel and pen over the canvas, as gestures of tools. */
import type { Point } from '../document/types.js';
import type { Studio } from '../state/studio.svelte.js';
import { Fingers } from './fingers.js';
import type { CanvasStage } from './stage.js';
import { textAt } from './text-metrics.js';
import { applyCrop, isCropping } from '../state/crop.svelte.js';
import { cropHold } from './tools/crop.js';
import { moveGuide } from './tools/guides.js';
import { TOOL_GESTURES } from './tools/index.js';
import { hand } from './tools/place.js';
import type { Gesture, Overlay, ToolEvent } from './tools/tool.js';

interface Shown {
  readonly overlay: (overlay: Overlay | null) => void;
  /** Where the pointer is over the canvas; null: it is not. */
  hover(point: Point | null): void;
  /** The layers at a point of the document are to be chosen from. @param at on the page */
  choose(point: Point, at: Point): void;
}

/** Pixels from the split line within which it is taken hold of. */
const SPLIT_REACH = 10;
/** Pixels that a finger moves before what it does begins: till then a second one may come. */
const FINGER_REACH = 5;

/** Buttons of the mouse, and the end of a pen that erases. */
const [LEFT, MIDDLE, ERASER] = [0, 1, 5];

/** A press that a tool answers. */
interface Press {
  readonly button: number;
  readonly touch: boolean;
}

export class PointerInput {
  readonly #holder: HTMLElement;
  readonly #studio: Studio;
  readonly #stage: CanvasStage;
  readonly #shown: Shown;
  readonly #ended = new AbortController();
  #gesture: Gesture | null = null;
  #pointer = -1;
  /** Where the gesture has come to. */
  #last: ToolEvent | null = null;
  readonly #fingers = new Fingers();
  /** A finger that does nothing yet. */
  #resting: { readonly press: Press; readonly given: ToolEvent } | null = null;
  /** Whether there is a pen: then fingers only move the picture. */
  #pen = false;

  constructor(holder: HTMLElement, studio: Studio, stage: CanvasStage, shown: Shown) {
    this.#holder = holder;
    this.#studio = studio;
    this.#stage = stage;
    this.#shown = shown;
    this.#listen(this.#ended.signal);
    studio.cancelGesture = () => this.cancel();
  }

  #listen(signal: AbortSignal): void {
    const on = <K extends keyof HTMLElementEventMap>(
      type: K,
      heard: (event: HTMLElementEventMap[K]) => void,
    ): void => {
      this.#holder.addEventListener(type, heard, { signal, passive: false });
    };
    on('pointerdown', (event) => {
      this.#down(event);
    });
    on('pointermove', (event) => {
      this.#move(event);
    });
    on('pointerup', (event) => {
      this.#up(event);
    });
    on('pointercancel', (event) => {
      this.#fingers.lift(event.pointerId);
      if (event.pointerId === this.#pointer) this.cancel();
    });
    // The page may be told no more of a pointer that is still down.
    on('lostpointercapture', (event) => {
      this.#fingers.lift(event.pointerId);
      if (event.pointerId === this.#pointer) this.finish();
    });
    on('pointerleave', () => {
      this.#shown.hover(null);
      this.#studio.pointer = null;
    });
    on('dblclick', (event) => {
      this.#twice(event);
    });
    on('wheel', (event) => {
      this.#wheel(event);
    });
    on('contextmenu', (event) => {
      event.preventDefault();
      this.#menu(event);
    });
  }

  /** What lies there can be chosen, unless something else is going on. */
  #menu(event: MouseEvent): void {
    const { create, editor, typing, view } = this.#studio;
    if (this.#gesture || !editor.document || create.current || typing.session) return;
    const at = { x: event.clientX, y: event.clientY };
    this.#shown.choose(view.toDocument(this.#screen(event)), at);
  }

  /** Leaves everything as it was before the gesture. @returns whether there was one */
  cancel(): boolean {
    const gesture = this.#gesture;
    this.#gesture = null;
    this.#resting = null;
    gesture?.cancel();
    this.#shown.overlay(null);
    this.#studio.tools.letGo();
    return gesture !== null;
  }

  /** Ends the gesture where it has come to. */
  finish(): void {
    const [gesture, last] = [this.#gesture, this.#last];
    this.#gesture = null;
    this.#resting = null;
    this.#studio.tools.letGo();
    if (!gesture || !last) return;
    this.#studio.attempt(() => {
      gesture.up(last);
    });
  }

  destroy(): void {
    this.cancel();
    this.#ended.abort();
  }

  #screen({ clientX, clientY }: MouseEvent): Point {
    const { left, top } = this.#holder.getBoundingClientRect();
    return { x: clientX - left, y: clientY - top };
  }

  #event(event: PointerEvent): ToolEvent {
    const { view } = this.#studio;
    const screen = this.#screen(event);
    const events = event.getCoalescedEvents();
    const pen = event.pointerType === 'pen';
    const trail = (events.length > 0 ? events : [event]).map((one) => ({
      ...view.toDocument(this.#screen(one)),
      pressure: pen ? one.pressure : 1,
    }));
    return {
      point: view.toDocument(screen),
      screen,
      trail,
      shift: event.shiftKey,
      alt: event.altKey,
      mod: event.ctrlKey || event.metaKey,
    };
  }

  /** A text is gone on with, whatever tool is in hand. */
  #twice(event: MouseEvent): void {
    const { editor, view, tools, typing, create } = this.#studio;
    if (isCropping(this.#studio)) {
      this.#cropTwice(view.toDocument(this.#screen(event)));
      return;
    }
    if (!editor.document || create.current || !['move', 'text'].includes(tools.current)) return;
    const found = textAt(editor.document, view.toDocument(this.#screen(event)), 0);
    if (!found || typing.session) return;
    this.#studio.attempt(() => {
      tools.choose('text');
      typing.edit(found.layer, found.caret);
    });
  }

  /** Twice into the box applies it. */
  #cropTwice(point: Point): void {
    const { crop } = this.#studio.current;
    if (!crop.touched || cropHold(this.#studio, point) !== 'inside') return;
    this.#studio.attempt(() => applyCrop(this.#studio));
  }

  #down(event: PointerEvent): void {
    const touch = event.pointerType === 'touch';
    this.#pen ||= event.pointerType === 'pen';
    if (touch && this.#finger(event)) return;
    if (this.#gesture || this.#resting || ![LEFT, MIDDLE, ERASER].includes(event.button)) return;
    if (this.#studio.typing.session && event.button === 0) {
      // The press only ends what was typed.
      event.preventDefault();
      this.#studio.typing.finish();
      return;
    }
    if (document.activeElement instanceof HTMLElement && !this.#studio.typing.session) {
      document.activeElement.blur();
    }
    const given = this.#event(event);
    if (event.button === 0 && this.#stage.holdsHandle(given.screen)) return;
    event.preventDefault();
    const press = { button: event.button, touch };
    if (touch) this.#resting = { press, given };
    else this.#gesture = this.#begin(press, given);
    if (!this.#gesture && !this.#resting) return;
    this.#last = given;
    this.#pointer = event.pointerId;
    this.#holder.setPointerCapture(event.pointerId);
  }

  /** A finger comes. @returns whether it is no tool's */
  #finger(event: PointerEvent): boolean {
    // A hand that rests on the board while a pen or a mouse is at work.
    if (this.#gesture && event.isPrimary) return true;
    if (this.#fingers.press(event.pointerId, this.#screen(event), event.timeStamp)) {
      this.cancel();
      this.#holder.setPointerCapture(event.pointerId);
    }
    return this.#fingers.holding;
  }

  /** The finger that rested does what its tool does. */
  #wake(): void {
    const resting = this.#resting;
    this.#resting = null;
    if (resting) this.#gesture = this.#begin(resting.press, resting.given);
  }

  /** The gesture of the tool in hand; null where it has nothing to do or says why not. */
  #begin({ button, touch }: Press, given: ToolEvent): Gesture | null {
    const studio = this.#studio;
    const { current } = studio.tools;
    // Candidates are looked at, not painted on.
    const looking = studio.create.current !== null && current !== 'zoom';
    const pans = button === MIDDLE || looking || (touch && this.#pen);
    const tool = pans ? hand : TOOL_GESTURES[button === ERASER ? 'eraser' : current];
    const begun: { gesture: Gesture | null } = { gesture: null };
    studio.attempt(() => {
      const { overlay } = this.#shown;
      begun.gesture =
        this.#splitGesture(given) ??
        (pans ? null : moveGuide(studio, given)) ??
        tool({ studio, overlay }, given);
    });
    return begun.gesture;
  }

  /** Taking hold of the line between before and after. */
  #splitGesture({ screen }: ToolEvent): Gesture | null {
    const { consistency, view } = this.#studio;
    if (consistency.split === null) return null;
    if (Math.abs(screen.x - consistency.split * view.width) > SPLIT_REACH) return null;
    return {
      move(event) {
        consistency.split = Math.min(1, Math.max(0, event.screen.x / view.width));
      },
      up: () => undefined,
      cancel: () => undefined,
    };
  }

  #move(event: PointerEvent): void {
    const given = this.#event(event);
    this.#studio.pointer = given.point;
    this.#shown.hover(given.screen);
    this.#fingers.move(event.pointerId, given.screen, this.#studio.view);
    if (this.#resting && event.pointerId === this.#pointer) {
      const { x, y } = this.#resting.given.screen;
      if (Math.hypot(given.screen.x - x, given.screen.y - y) < FINGER_REACH) return;
      this.#wake();
    }
    if (!this.#gesture || event.pointerId !== this.#pointer) return;
    const gesture = this.#gesture;
    this.#last = given;
    this.#studio.attempt(() => {
      gesture.move(given);
    });
  }

  #up(event: PointerEvent): void {
    this.#fingers.lift(event.pointerId);
    if (event.pointerId === this.#pointer) this.#wake();
    const gesture = this.#gesture;
    if (!gesture || event.pointerId !== this.#pointer) return;
    this.#gesture = null;
    this.#studio.tools.letGo();
    this.#studio.attempt(() => {
      gesture.up(this.#event(event));
    });
  }

  #wheel(event: WheelEvent): void {
    event.preventDefault();
    const { view } = this.#studio;
    const unit = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1;
    if (event.ctrlKey || event.metaKey || event.altKey) {
      const strength = event.ctrlKey && Math.abs(event.deltaY) < 50 ? 0.01 : 0.002;
      view.zoomTo(view.zoom * Math.exp(-event.deltaY * unit * strength), this.#screen(event));
      return;
    }
    const [x, y] = event.shiftKey ? [event.deltaY, event.deltaX] : [event.deltaX, event.deltaY];
    view.pan(-x * unit, -y * unit);
  }
}
