/** Pictures to and from the system's clipboard. */
import { StudioError } from '../bridge/client.js';
import { boundsOfLayer } from '../canvas/bounds.js';
import { createRasterLayer } from '../document/create.js';
import { addLayers, copyLayer, removeLayers } from '../document/layers/arrange.js';
import { brought } from '../document/layers/centre.js';
import { topMost } from '../document/layers/tree.js';
import { flatten, flattenLayers } from '../document/pixels/flatten.js';
import { wholePixels } from '../document/pixels/bounds.js';
import { rasterFrom } from '../document/pixels/tiles.js';
import { maskBounds } from '../document/pixels/mask-operations.js';
import type { Layer, Rect, StudioDocument } from '../document/types.js';
import { t } from '../i18n/index.svelte.js';
import type { Studio } from './studio.svelte.js';
import type { Job } from './work.svelte.js';

/** Lies beside a copied picture and says which copy it is; other programs see only the picture. */
const MARK = 'web application/x-nativa-copy';

export class Clipboard {
  readonly #studio: Studio;
  /** Layers copied within the studio, with all they are. */
  #layers: readonly Layer[] = [];
  /** Of the last copy. */
  #mark = '';
  /** Resolves when the last copy is in the clipboard, or could not be put there. */
  #copied: Promise<unknown> = Promise.resolve();

  constructor(studio: Studio) {
    this.#studio = studio;
  }

  /**
   * Copies the selected pixels of the active layers, or of everything.
   * @returns whether there was something to copy, and the person did not think better of it
   */
  copy(merged: boolean): Promise<boolean> {
    const copying = this.#copy(merged);
    this.#copied = copying.catch(() => undefined);
    return copying;
  }

  async #copy(merged: boolean): Promise<boolean> {
    const { document } = this.#studio.editor;
    if (!document) return false;
    const whole = { x: 0, y: 0, width: document.width, height: document.height };
    const bounds = document.selection ? maskBounds(document.selection) : whole;
    if (!bounds) return false;
    const rect = wholePixels(bounds);
    const layers = topMost(document, document.active).map(({ layer }) => layer);
    const key = merged ? 'command.edit.copyMerged' : 'command.edit.copy';
    const data = await this.#studio.work.job(key, (job) =>
      this.#pixels(document, rect, merged ? null : layers, job),
    );
    if (!data) return false;
    const blob = await pngOf(data, rect.width, rect.height);
    const { x, y, width, height } = rect;
    // Pixels lie, when they are pasted, where they were copied.
    const cut = { name: t('layer.pasted'), raster: rasterFrom(data, width, height), x, y };
    this.#layers = merged || document.selection ? [createRasterLayer(cut)] : layers;
    this.#mark = crypto.randomUUID();
    const picture = { 'image/png': blob };
    const mark = { [MARK]: new Blob([this.#mark], { type: MARK.replace('web ', '') }) };
    const item = new ClipboardItem(canMark() ? { ...picture, ...mark } : picture);
    await navigator.clipboard.write([item]);
    return true;
  }

  async cut(): Promise<void> {
    const { editor } = this.#studio;
    if (!(await this.copy(false))) return;
    if (!editor.document?.selection)
      editor.change('command.edit.cut', (document) => removeLayers(document, document.active));
    // Where another document is shown by now, the selection has been copied and stays.
    else if (editor === this.#studio.editor) this.#studio.execute('edit.clear');
  }

  /** Puts what was copied into the document: our own layers whole, else a picture. */
  async paste(): Promise<void> {
    const { current } = this.#studio;
    const { editor } = current;
    // Who is quicker than a copy means that copy, and not what was there before it.
    await this.#copied;
    const items = await navigator.clipboard.read().catch(() => []);
    if (this.#layers.length > 0 && editor.document && (await this.#isOurs(items))) {
      const layers = this.#layers.map(copyLayer);
      editor.change('command.edit.paste', (document) =>
        addLayers(document, brought(layers, document, boundsOfLayer)),
      );
      return;
    }
    for (const item of items) {
      const type = item.types.find((name) => name.startsWith('image/'));
      if (type === undefined) continue;
      const file = new File([await item.getType(type)], t('layer.pasted'), { type });
      await this.#studio.files.addFiles([file], current);
      return;
    }
    throw new StudioError('CLIPBOARD', t('error.CLIPBOARD'));
  }

  /** Pixels of a part of a document, of some layers or all (null), without what is not selected. */
  async #pixels(
    document: StudioDocument,
    rect: Rect,
    layers: readonly Layer[] | null,
    { run, signal, onProgress }: Job,
  ): Promise<Uint8ClampedArray> {
    const { compositor } = this.#studio;
    const options = { rect, signal, onProgress };
    let data = layers
      ? await flattenLayers(compositor, document, layers, options)
      : await flatten(compositor, document, options);
    const { selection } = document;
    if (selection) data = await run('cutOut', { data, rect, selection }, { give: [data.buffer] });
    return data;
  }

  /** Whether the clipboard still has our last copy; assumed where that cannot be told. */
  async #isOurs(items: readonly ClipboardItem[]): Promise<boolean> {
    if (items.length === 0 || !canMark()) return true;
    const marked = items.find(({ types }) => types.includes(MARK));
    if (!marked) return false;
    return (await (await marked.getType(MARK)).text()) === this.#mark;
  }
}

/** Whether this browser keeps types of pages' own in the clipboard. */
function canMark(): boolean {
  return 'supports' in ClipboardItem && ClipboardItem.supports(MARK);
}

async function pngOf(data: Uint8ClampedArray, width: number, height: number): Promise<Blob> {
  const canvas = new OffscreenCanvas(width, height);
  canvas
    .getContext('2d')
    ?.putImageData(new ImageData(data as Uint8ClampedArray<ArrayBuffer>, width, height), 0, 0);
  return canvas.convertToBlob({ type: 'image/png' });
}
