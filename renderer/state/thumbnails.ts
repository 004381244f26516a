/** Small pictures of documents, drawn a part at a time and once. */
import type { Compositor } from '../document/pixels/compose.js';
import { composeInParts } from '../document/pixels/parts.js';
import type { StudioDocument } from '../document/types.js';

/** Longest side in pixels. */
const LONGEST = 128;
/** Milliseconds before one is begun: what is only passed by is not drawn. */
const PAUSE = 30;

export class Thumbnails {
  readonly #compositor: Compositor;
  /** By what is drawn: which layers are selected makes no other picture. */
  readonly #made = new WeakMap<StudioDocument['layers'], Promise<ImageBitmap | null>>();

  constructor(compositor: Compositor) {
    this.#compositor = compositor;
  }

  of(document: StudioDocument): Promise<ImageBitmap | null> {
    const known = this.#made.get(document.layers);
    if (known) return known;
    const made = this.#draw(document);
    this.#made.set(document.layers, made);
    return made;
  }

  async #draw(document: StudioDocument): Promise<ImageBitmap | null> {
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
    const longest = Math.max(document.width, document.height);
    const level = Math.max(0, Math.ceil(Math.log2(longest / 256)));
    // At this level the whole document lies in one tile.
    const parts = composeInParts(this.#compositor, document, 0, 0, level);
    let part = parts.next();
    for (; part.done !== true; part = parts.next()) {
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
    const image = new ImageData(part.value as Uint8ClampedArray<ArrayBuffer>, 256, 256);
    const scale = 2 ** level;
    const width = Math.max(1, Math.ceil(document.width / scale));
    const height = Math.max(1, Math.ceil(document.height / scale));
    const [across, down] = [Math.min(256, width), Math.min(256, height)];
    const shrink = Math.min(1, LONGEST / Math.max(across, down));
    return createImageBitmap(image, 0, 0, across, down, {
      resizeWidth: Math.max(1, Math.round(across * shrink)),
      resizeHeight: Math.max(1, Math.round(down * shrink)),
      resizeQuality: 'medium',
    });
  }
}
