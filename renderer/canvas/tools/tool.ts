/** What a tool is: a pointer goes down, moves and comes up, and the document follows. */
import type { Studio } from '../../state/studio.svelte.js';
import type { Matrix, Point, Rect } from '../../document/types.js';

/** A pointer at work. */
export interface ToolEvent {
  /** In document coordinates. */
  readonly point: Point;
  /** In CSS pixels from the canvas' corner. */
  readonly screen: Point;
  /** All places since the last event, with pressure from 0 to 1. */
  readonly trail: readonly (Point & { readonly pressure: number })[];
  readonly shift: boolean;
  readonly alt: boolean;
  readonly mod: boolean;
}

/** What a tool shows over the picture while it works. */
export type Overlay =
  | { readonly kind: 'rectangle' | 'ellipse'; readonly rect: Rect }
  | { readonly kind: 'path'; readonly points: readonly Point[]; readonly closed: boolean }
  | { readonly kind: 'frame'; readonly rect: Rect; readonly matrix: Matrix };

/** What tools have at hand. */
export interface ToolContext {
  readonly studio: Studio;
  /** Shows what a gesture makes; null takes it away. */
  readonly overlay: (overlay: Overlay | null) => void;
}

/**
 * A tool while its button is down. `down` may refuse by returning false. Nothing of the document is
 * changed for good before `up`; `cancel` leaves everything as it was.
 */
export interface Gesture {
  move(event: ToolEvent): void;
  up(event: ToolEvent): void;
  cancel(): void;
}

/** Starts a gesture; null where there is nothing to do. */
export type Tool = (context: ToolContext, event: ToolEvent) => Gesture | null;
