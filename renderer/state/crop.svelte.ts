/** The box of the crop tool over one document, and what it does when it is applied. */
import { cropDocument } from '../document/layers/canvas.js';
import { cutToCanvas } from '../document/layers/cut-away.js';
import { setSelection } from '../document/layers/masks.js';
import { maskBounds } from '../document/pixels/mask-operations.js';
import { translation } from '../document/pixels/matrix.js';
import type { Rect } from '../document/types.js';
import type { Editor } from './editor.svelte.js';
import { reframe } from './framing.js';
import type { Studio } from './studio.svelte.js';

/** A box that somebody made, of the canvas as it was then. */
interface Made {
  readonly rect: Rect;
  readonly width: number;
  readonly height: number;
}

export class CropState {
  readonly #editor: Editor;
  #made = $state.raw<Made | null>(null);
  /** What is proposed: the selection, or all there is. */
  readonly #first = $derived.by((): Rect | null => {
    const { document } = this.#editor;
    if (!document) return null;
    const selected = document.selection && maskBounds(document.selection);
    return selected ?? { x: 0, y: 0, width: document.width, height: document.height };
  });

  constructor(editor: Editor) {
    this.#editor = editor;
  }

  /** In document pixels; null without a document. A canvas of another size gets another box. */
  get box(): Rect | null {
    return this.#valid?.rect ?? this.#first;
  }

  /** Whether somebody has changed it. */
  get touched(): boolean {
    return this.#valid !== null;
  }

  /** Whether it is the whole canvas, as it was proposed. */
  get whole(): boolean {
    return !this.touched && this.#editor.document?.selection == null;
  }

  get #valid(): Made | null {
    const { document } = this.#editor;
    const made = this.#made;
    const fits = made?.width === document?.width && made?.height === document?.height;
    return fits ? made : null;
  }

  set(rect: Rect): void {
    const { document } = this.#editor;
    if (document) this.#made = { rect, width: document.width, height: document.height };
  }

  /** Proposes what was proposed first. */
  reset(): void {
    this.#made = null;
  }
}

/** Whether there is a box that keys and the pointer are for. */
export function isCropping({ tools, editor, create }: Studio): boolean {
  return tools.active === 'crop' && editor.document !== null && create.current === null;
}

/** Makes the box the canvas; pixels outside are kept, unless they are to be deleted. */
export async function applyCrop(studio: Studio): Promise<void> {
  const { crop } = studio.current;
  const { box } = crop;
  if (!box) return;
  const { cropDeletes } = studio.tools;
  await reframe(
    studio,
    'command.tool.crop',
    (document, resample) => {
      const cropped = cropDocument(document, box, resample);
      const cut = cropDeletes ? cutToCanvas(cropped) : cropped;
      return cut === document ? document : setSelection(cut, null);
    },
    () => translation(-box.x, -box.y),
  );
  crop.reset();
}
