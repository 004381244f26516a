/** Bringing pictures in, saving and exporting them, and keeping unsaved work on disk. */
import type { Opened, WireLayer } from '../../preload/contract.js';
import { fetchRaster, fetchTiles } from '../bridge/pictures.js';
import { toStudioError } from '../bridge/client.js';
import { createDocument, createGroup, createRasterLayer } from '../document/create.js';
import type { HistoryTree } from '../document/history/tree.js';
import { addLayers } from '../document/layers/arrange.js';
import { centred } from '../document/layers/centre.js';
import { flatten, flattenLayers, type FlattenOptions } from '../document/pixels/flatten.js';
import { wholePixels } from '../document/pixels/bounds.js';
import { parseText, serialise, type Serialised, type TileLength } from '../document/serialise.js';
import type { BlendMode, Layer, StudioDocument } from '../document/types.js';
import { BLEND_MODES } from '../document/types.js';
import { parseRecipe } from '../create/candidates.js';
import { saveReady } from '../files/export.js';
import { boundsOfLayer } from '../canvas/bounds.js';
import { t } from '../i18n/index.svelte.js';
import type { FileTask } from './filing.svelte.js';
import { uploadFlat } from './flat-upload.js';
import type { Studio } from './studio.svelte.js';

const IMAGES = 'image/*,.psd,.ora,.tif,.tiff,.avif,.webp';

/** Asks for files in the browser's own dialog. */
function pick(multiple: boolean): Promise<readonly File[]> {
  return new Promise((resolve) => {
    const input = document.createElement('input');
    input.type = 'file';
    input.accept = IMAGES;
    input.multiple = multiple;
    input.addEventListener('change', () => {
      resolve([...(input.files ?? [])]);
    });
    input.addEventListener('cancel', () => {
      resolve([]);
    });
    input.click();
  });
}

const stem = (name: string): string => name.replace(/\.[^.]+$/, '') || name;

export class Files {
  readonly #studio: Studio;

  constructor(studio: Studio) {
    this.#studio = studio;
  }

  async pick(): Promise<void> {
    const { start, client } = this.#studio;
    if (start.host === 'electron') {
      // A menu outside of the page is no click in it, and only those open the page's own dialog.
      const { files, first } = await client.request('files.choose', null);
      await this.openGiven(files, first);
    } else await this.addFiles(await pick(true));
  }

  /** Opens files: the first becomes the document if there is none, the others layers in it. */
  async addFiles(files: readonly File[]): Promise<void> {
    for (const file of files) {
      await this.#busy(file.name, async () => {
        const { client } = this.#studio;
        const blob = await client.upload(file);
        try {
          await this.#take(await client.request('files.open', { name: file.name, blob }));
        } finally {
          client.drop(blob);
        }
      });
    }
  }

  /** Opens files given on the command line or by the system. */
  async openGiven(names: readonly string[], first = 0): Promise<void> {
    for (const [index, name] of names.entries()) {
      await this.#busy(name, async () => {
        await this.#take(
          await this.#studio.client.request('files.openPath', { index: first + index }),
        );
      });
    }
  }

  /** A picture of a file as something to resemble. */
  async pickReference(): Promise<void> {
    for (const file of await pick(false)) {
      await this.#busy(file.name, async () => {
        const { client, consistency, compositor } = this.#studio;
        const blob = await client.upload(file);
        const opened = await client.request('files.open', { name: file.name, blob });
        client.drop(blob);
        if (opened.kind !== 'layers') return;
        const layers = await this.#layers(opened.layers);
        const whole = { ...createDocument(opened.width, opened.height), layers };
        const data = await flatten(compositor, whole, { background: '#ffffff' });
        const { width, height } = opened;
        const { worker } = this.#studio.work;
        const give = [data.buffer];
        const raster = await worker.run('raster', { data, width, height }, { give });
        consistency.add(opened.name, { raster });
      });
    }
  }

  /** The flattened picture, uploaded. @throws the signal's reason once it is aborted */
  async flattened(
    document = this.#document(),
    options: Pick<FlattenOptions, 'signal' | 'onProgress'> = {},
  ): Promise<{ blob: string; width: number; height: number }> {
    const { compositor, client } = this.#studio;
    const { width, height } = document;
    const blob = await uploadFlat(
      client,
      { x: 0, y: 0, width, height },
      (rect, watched) => flatten(compositor, document, { rect, ...watched }),
      options,
    );
    return { blob, width, height };
  }

  /** Saves the project with its history as OpenRaster. */
  async save(): Promise<void> {
    const { editor, filing, ui } = this.#studio;
    const document = this.#document();
    const { tree } = editor;
    if (!tree) return;
    const { id, name: title } = editor;
    await filing.run(title, async (task) => {
      const { json, tiles } = await this.#history(tree, task);
      const parts = await this.#parts(document, task);
      const ask = { name: title, ...parts, project: json, tiles };
      const file = await task.write('files.writeProject', ask);
      const name = `${stem(title)}.ora`;
      if (!(await saveReady(this.#studio, name, file))) return;
      // Another document may be open by now.
      if (editor.id === id) {
        editor.markSaved(document);
        await this.forget();
      }
      ui.toast('info', t('app.saved', { name }));
    });
  }

  /** A history as JSON, and a blob of its tiles. */
  async #history(
    tree: HistoryTree,
    task: FileTask,
  ): Promise<{ readonly json: string; readonly tiles: string }> {
    const { released, editor, ui } = this.#studio;
    const upload = async (written: Serialised) => ({
      json: written.json,
      tiles: task.hold(await released.uploadAll(written, task.signal)),
    });
    try {
      return await upload(serialise(tree, { stored: released.stored }));
    } catch (error) {
      task.signal.throwIfAborted();
      const failure = toStudioError(error);
      if (failure.code !== 'TILES_GONE') throw failure;
      // Old states went with the services that had them: the work is saved without them.
      ui.toast('error', editor.explain(failure));
      return upload(serialise(tree));
    }
  }

  /** The flattened picture and the layers for other programs, uploaded. */
  async #parts(document: StudioDocument, task: FileTask) {
    const leaves = countLeaves(document.layers) + 1;
    let done = 0;
    const step = (part: number): void => {
      task.onProgress((done + part) / leaves);
    };
    const options = { signal: task.signal, onProgress: step };
    const { blob, width, height } = await this.flattened(document, options);
    task.hold(blob);
    const layers = await this.#wireLayers(document, document.layers, task, (part) => {
      if (part === 0) done += 1;
      step(part);
    });
    return { width, height, layers, merged: blob };
  }

  /** The document with its layers for other programs. @returns undefined if it was given up */
  exportPsd(name: string): Promise<boolean | undefined> {
    const document = this.#document();
    return this.#studio.filing.run(name, async (task) => {
      const parts = await this.#parts(document, task);
      const file = await task.write('files.exportPsd', { name, ...parts });
      return saveReady(this.#studio, name, file);
    });
  }

  /** Opens work that was kept on disk. */
  async recover({ id, name }: { readonly id: string; readonly name: string }): Promise<void> {
    await this.#busy(name, async () => {
      await this.#take(await this.#studio.client.request('autosave.open', { id }), id);
      this.#studio.recoveries = this.#studio.recoveries.filter((other) => other.id !== id);
    });
  }

  async discardRecovery(id: string): Promise<void> {
    this.#studio.recoveries = this.#studio.recoveries.filter((other) => other.id !== id);
    await this.#studio.client.request('autosave.discard', { id });
  }

  /** Takes the kept state away: the work is saved or not wanted. */
  async forget(): Promise<void> {
    const { editor, client, autosave } = this.#studio;
    autosave.begin();
    if (editor.id) await client.request('autosave.discard', { id: editor.id });
  }

  #document(): StudioDocument {
    const { document } = this.#studio.editor;
    if (!document) throw new Error('there is no document');
    return document;
  }

  async #busy(name: string, action: () => Promise<void>): Promise<void> {
    const { ui } = this.#studio;
    ui.busy = { key: 'app.working', params: { name } };
    try {
      await action();
    } finally {
      ui.busy = null;
    }
  }

  async #take(opened: Opened, id?: string): Promise<void> {
    const { editor } = this.#studio;
    if (opened.kind === 'project') {
      await this.#takeProject(opened, id);
      this.#studio.fit();
      return;
    }
    const layers = await this.#layers(opened.layers);
    if (!editor.document) {
      const document = addLayers(createDocument(opened.width, opened.height), layers);
      const recipe = opened.recipe === null ? null : parseRecipe(opened.recipe);
      editor.open(document, stem(opened.name), 'history.open', {
        params: { name: opened.name },
        recipe,
      });
      this.#studio.create.mode = 'edit';
      this.#studio.fit();
      return;
    }
    const at = { x: editor.document.width, y: editor.document.height };
    const placed = centred(layers, opened, at);
    editor.change('command.file.place', (document) => addLayers(document, placed));
  }

  /** Shows the present state of a project; what of others is much more than that is not read yet. */
  async #takeProject(
    { project, tiles: blob, name }: Extract<Opened, { kind: 'project' }>,
    id: string = crypto.randomUUID(),
  ): Promise<void> {
    const { editor, client, released } = this.#studio;
    const unread = parseText(project);
    const bytes = (of: readonly TileLength[]): number =>
      of.reduce((sum, one) => sum + one.bytes, 0);
    const present = unread.layout.filter((tile) => unread.present.has(tile.id));
    if (bytes(present) * 2 < bytes(unread.layout)) {
      const { tree, shown } = await released.open(unread, blob);
      editor.load(tree, name, id);
      shown(id);
      return;
    }
    const tiles = await fetchTiles(client, blob, unread.layout);
    client.drop(blob);
    editor.load(
      unread.whole((tile) => tiles.get(tile)),
      name,
      id,
    );
  }

  async #layers(layers: readonly WireLayer[]): Promise<Layer[]> {
    const { client } = this.#studio;
    const made: Layer[] = [];
    for (const wire of layers) {
      const blendMode = BLEND_MODES.find((mode) => mode === wire.blendMode) ?? 'normal';
      const common = { visible: wire.visible, opacity: wire.opacity, blendMode } as const;
      if (wire.type === 'group') {
        const children = await this.#layers(wire.children);
        made.push(createGroup({ name: wire.name, children, ...common }));
        continue;
      }
      const raster = await fetchRaster(client, wire.pixels, wire.width, wire.height);
      const { name, x, y } = wire;
      made.push(createRasterLayer({ name, raster, x, y, ...common }));
      client.drop(wire.pixels);
    }
    return made;
  }

  /** Layers as other programs take them: each flattened to pixels, groups kept. */
  async #wireLayers(
    document: StudioDocument,
    layers: readonly Layer[],
    task: FileTask,
    onProgress: (part: number) => void,
  ): Promise<WireLayer[]> {
    const { client, compositor } = this.#studio;
    const { signal } = task;
    const made: WireLayer[] = [];
    for (const layer of layers) {
      const common = { name: layer.name, visible: layer.visible, opacity: layer.opacity };
      const blendMode: BlendMode = layer.blendMode;
      if (layer.type === 'group') {
        const children = await this.#wireLayers(document, layer.children, task, onProgress);
        made.push({ type: 'group', ...common, blendMode, children });
        continue;
      }
      onProgress(0);
      const bounds = boundsOfLayer(layer);
      if (!bounds || bounds.width < 1 || bounds.height < 1) continue;
      const rect = wholePixels(bounds);
      const alone = {
        ...layer,
        visible: true,
        opacity: 1,
        blendMode: 'normal' as const,
        clipped: false,
      };
      const pixels = await uploadFlat(
        client,
        rect,
        (part, watched) => flattenLayers(compositor, document, [alone], { rect: part, ...watched }),
        { signal, onProgress },
      );
      task.hold(pixels);
      made.push({ type: 'raster', ...common, blendMode, ...rect, pixels });
    }
    return made;
  }
}

/** How many of some layers and those in them are no groups. */
function countLeaves(layers: readonly Layer[]): number {
  return layers.reduce(
    (sum, layer) => sum + (layer.type === 'group' ? countLeaves(layer.children) : 1),
    0,
  );
}
