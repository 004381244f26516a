/** The tool in hand, what is set of each, and the two colours. */
import { formatColour, greyOf } from '../document/paint/colour.js';
import type { Caught } from '../canvas/snapping.js';
import type { GradientKind } from '../document/paint/gradient.js';
import type { Point } from '../document/types.js';

export const TOOLS = [
  'move',
  'rectangle',
  'ellipse',
  'lasso',
  'wand',
  'selectBrush',
  'crop',
  'brush',
  'eraser',
  'clone',
  'fill',
  'gradient',
  'eyedropper',
  'text',
  'shape',
  'hand',
  'zoom',
] as const;
export type ToolId = (typeof TOOLS)[number];
export type SelectionMode = 'replace' | 'add' | 'subtract' | 'intersect';

/** Tools that share a round brush. */
export const BRUSHES: ReadonlySet<ToolId> = new Set(['brush', 'eraser', 'clone', 'selectBrush']);
/** Tools whose strokes and fills have an opacity. */
export const PAINTERS: ReadonlySet<ToolId> = new Set([
  'brush',
  'eraser',
  'clone',
  'fill',
  'gradient',
]);
export const SELECTORS: ReadonlySet<ToolId> = new Set([
  'rectangle',
  'ellipse',
  'lasso',
  'wand',
  'selectBrush',
]);

/** Ratios of the crop box; `original` is the canvas' own. */
export const CROP_RATIOS = ['free', 'original', '1:1', '5:4', '4:3', '3:2', '16:9', '2:1'] as const;
export type CropRatio = (typeof CROP_RATIOS)[number];

const SIZES = [
  1, 2, 3, 4, 5, 7, 9, 12, 16, 20, 26, 34, 44, 58, 76, 100, 130, 170, 220, 290, 380, 500,
];

export class ToolState {
  active = $state<ToolId>('move');
  /** A tool that lasts while a key is held. */
  held = $state<ToolId | null>(null);
  /** Whether a mask is painted on: it has colours of its own, all grey. Set by the studio. */
  onMask: () => boolean = () => false;
  #colours = $state({ foreground: '#1c1d22', background: '#ffffff' });
  #greys = $state({ foreground: '#000000', background: '#ffffff' });
  size = $state(40);
  hardness = $state(0.8);
  opacity = $state(1);
  flow = $state(1);
  pressureSize = $state(true);
  pressureOpacity = $state(false);
  /** How far strokes lag behind the hand, 0 to 1. */
  smoothing = $state(0);
  /** Whether all strokes of the clone tool copy from the same distance, or each from the same place. */
  aligned = $state(true);
  /** Whether it copies what the picture shows, and not only one layer of it. */
  cloneAll = $state(false);
  mode = $state<SelectionMode>('replace');
  feather = $state(0);
  tolerance = $state(24);
  contiguous = $state(true);
  allLayers = $state(true);
  gradient = $state<GradientKind>('linear');
  /** Ends without a colour, instead of the background colour. */
  gradientFades = $state(false);
  shape = $state<'rectangle' | 'ellipse' | 'line'>('rectangle');
  sample = $state<1 | 3 | 5>(1);
  snapping = $state(true);
  /** Lines that what is dragged has caught on. */
  caught = $state.raw<readonly Caught[]>([]);
  /** How far what is selected is dragged as a whole. */
  dragged = $state.raw<Point | null>(null);
  /** Whether a press with the move tool selects what lies there, and not only with Ctrl. */
  autoSelect = $state(false);
  /** What is selected then: the layer itself, or the outermost group that it lies in. */
  picks = $state<'layer' | 'group'>('layer');
  cropRatio = $state<CropRatio>('free');
  /** The ratio the other way round. */
  cropTurned = $state(false);
  /** Whether pixels outside the crop box are lost. */
  cropDeletes = $state(false);
  /** The tool before this one. */
  #before: ToolId = 'move';

  /** What the pointer does now. */
  get current(): ToolId {
    return this.held ?? this.active;
  }

  get foreground(): string {
    return this.onMask() ? this.#greys.foreground : this.#colours.foreground;
  }

  set foreground(colour: string) {
    if (this.onMask()) this.#greys.foreground = asGrey(colour);
    else this.#colours.foreground = colour;
  }

  get background(): string {
    return this.onMask() ? this.#greys.background : this.#colours.background;
  }

  set background(colour: string) {
    if (this.onMask()) this.#greys.background = asGrey(colour);
    else this.#colours.background = colour;
  }

  /** What was dragged is let go of. */
  letGo(): void {
    this.caught = [];
    this.dragged = null;
  }

  choose(tool: ToolId): void {
    if (tool !== this.active) this.#before = this.active;
    this.active = tool;
  }

  /** Takes the tool in hand that there was before. */
  back(): void {
    this.choose(this.#before);
  }

  /** Width by height that the crop box keeps; null: any. */
  cropRatioOf({ width, height }: { readonly width: number; readonly height: number }) {
    if (this.cropRatio === 'free') return null;
    const [across = 1, down = 1] =
      this.cropRatio === 'original' ? [width, height] : this.cropRatio.split(':').map(Number);
    return this.cropTurned ? down / across : across / down;
  }

  swapColours(): void {
    [this.foreground, this.background] = [this.background, this.foreground];
  }

  defaultColours(): void {
    this.foreground = '#000000';
    this.background = '#ffffff';
  }

  resizeBrush(direction: 1 | -1): void {
    const next =
      direction > 0
        ? SIZES.find((size) => size > this.size)
        : SIZES.findLast((size) => size < this.size);
    if (next !== undefined) this.size = next;
  }

  harden(direction: 1 | -1): void {
    this.hardness = Math.min(
      1,
      Math.max(0, Math.round((this.hardness + direction * 0.25) * 4) / 4),
    );
  }
}

/** The grey that a colour is on a mask. */
function asGrey(colour: string): string {
  const grey = greyOf(colour);
  return formatColour({ r: grey, g: grey, b: grey, a: 255 });
}
