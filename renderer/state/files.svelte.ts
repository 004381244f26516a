/** Bringing pictures in, saving and exporting them, and keeping unsaved work on disk. */
import type { Opened, WireLayer } from '../../preload/contract.js';
import { fetchRaster, fetchTiles, uploadPixels } from '../bridge/pictures.js';
import { toStudioError } from '../bridge/client.js';
import { createDocument, createGroup, createRasterLayer } from '../document/create.js';
import type { HistoryTree } from '../document/history/tree.js';
import { addLayers } from '../document/layers/arrange.js';
import { centred } from '../document/layers/centre.js';
import { flatten, flattenLayers } from '../document/pixels/flatten.js';
import { wholePixels } from '../document/pixels/bounds.js';
import { parse, serialise, tileLayout } from '../document/serialise.js';
import type { BlendMode, Layer, StudioDocument } from '../document/types.js';
import { BLEND_MODES } from '../document/types.js';
import { parseRecipe } from '../create/candidates.js';
import { boundsOfLayer } from '../canvas/bounds.js';
import { t } from '../i18n/index.svelte.js';
import type { OpenDocument } from './open-document.svelte.js';
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

/** Where a file goes: into an open document, or into one of its own. */
type Place = OpenDocument | 'own';

const stem = (name: string): string => name.replace(/\.[^.]+$/, '') || name;

export class Files {
  readonly #studio: Studio;

  constructor(studio: Studio) {
    this.#studio = studio;
  }

  /** Asks for files and opens each as a document of its own. */
  open(): Promise<void> {
    return this.#pick('own');
  }

  /** Asks for files and puts them into the document as layers. */
  place(): Promise<void> {
    return this.#pick(this.#studio.current);
  }

  async #pick(place: Place): Promise<void> {
    const { start, client } = this.#studio;
    if (start.host === 'electron') {
      // A menu outside of the page is no click in it, and only those open the page's own dialog.
      const { files, first } = await client.request('files.choose', null);
      await this.openGiven(files, first, place);
    } else await this.addFiles(await pick(true), place);
  }

  /**
   * Opens files. In an open document they become layers; if it is empty, the first one becomes the
   * document. Projects always become documents of their own.
   */
  async addFiles(files: readonly File[], place: Place = this.#studio.current): Promise<void> {
    for (const file of files) {
      await this.#busy(file.name, async () => {
        const { client } = this.#studio;
        const blob = await client.upload(file);
        try {
          await this.#take(await client.request('files.open', { name: file.name, blob }), place);
        } finally {
          client.drop(blob);
        }
      });
    }
  }

  /** Opens files given on the command line or by the system. */
  async openGiven(names: readonly string[], first = 0, place: Place = 'own'): Promise<void> {
    for (const [index, name] of names.entries()) {
      await this.#busy(name, async () => {
        await this.#take(
          await this.#studio.client.request('files.openPath', { index: first + index }),
          place,
        );
      });
    }
  }

  /** A picture of a file as something to resemble. */
  async pickReference(): Promise<void> {
    const { consistency } = this.#studio;
    for (const file of await pick(false)) {
      await this.#busy(file.name, async () => {
        const { client, compositor } = this.#studio;
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

  /** The flattened picture, uploaded. */
  flattened(): Promise<{ blob: string; width: number; height: number }> {
    return this.#flattened(this.#document());
  }

  async #flattened(
    document: StudioDocument,
  ): Promise<{ blob: string; width: number; height: number }> {
    const { compositor, client } = this.#studio;
    const data = await flatten(compositor, document);
    const blob = await uploadPixels(client, data);
    return { blob, width: document.width, height: document.height };
  }

  /** Saves the project with its history as OpenRaster. */
  async save(): Promise<void> {
    const { client, ui, current } = this.#studio;
    const { editor, autosave } = current;
    const document = this.#document();
    const { tree } = editor;
    if (!tree) return;
    await this.#busy(editor.name, async () => {
      const { json, tiles } = await this.#history(current, tree);
      const { blob: merged, width, height } = await this.#flattened(document);
      const file = await client.request('files.writeProject', {
        name: editor.name,
        width,
        height,
        layers: await this.#wireLayers(document),
        merged,
        project: json,
        tiles,
      });
      const name = `${stem(editor.name)}.ora`;
      if (!(await client.saveFile(name, file.blob))) return;
      editor.markSaved(document);
      await autosave.forget(tree);
      ui.toast('info', t('app.saved', { name }));
    });
  }

  /** A history as JSON, and a blob of its tiles. */
  async #history(
    { released, editor }: OpenDocument,
    tree: HistoryTree,
  ): Promise<{ readonly json: string; readonly tiles: string }> {
    const { ui } = this.#studio;
    try {
      const written = serialise(tree, { stored: released.stored });
      return { json: written.json, tiles: await released.uploadAll(written) };
    } catch (error) {
      const failure = toStudioError(error);
      if (failure.code !== 'TILES_GONE') throw failure;
      // Old states went with the services that had them: the work is saved without them.
      ui.toast('error', editor.explain(failure));
      const written = serialise(tree);
      return { json: written.json, tiles: await released.uploadAll(written) };
    }
  }

  /** The document with its layers for other programs. */
  async exportPsd(name: string) {
    const document = this.#document();
    const { blob: merged, width, height } = await this.#flattened(document);
    const layers = await this.#wireLayers(document);
    return this.#studio.client.request('files.exportPsd', { name, width, height, layers, merged });
  }

  /** Opens work that was kept on disk. */
  async recover({ id, name }: { readonly id: string; readonly name: string }): Promise<void> {
    await this.#busy(name, async () => {
      await this.#take(await this.#studio.client.request('autosave.open', { id }), 'own', id);
      this.#studio.recoveries = this.#studio.recoveries.filter((other) => other.id !== id);
    });
  }

  /** Opens all work that was kept on disk, the oldest first, so that the latest is shown. */
  async recoverAll(): Promise<void> {
    for (const recovery of this.#studio.recoveries.toReversed()) await this.recover(recovery);
  }

  async discardRecovery(id: string): Promise<void> {
    this.#studio.recoveries = this.#studio.recoveries.filter((other) => other.id !== id);
    await this.#studio.client.request('autosave.discard', { id });
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

  /** @param recovered what work is called that was kept on disk and is in no file */
  async #take(opened: Opened, place: Place, recovered?: string): Promise<void> {
    const { client, documents } = this.#studio;
    if (opened.kind === 'project') {
      const tiles = await fetchTiles(client, opened.tiles, tileLayout(opened.project));
      client.drop(opened.tiles);
      const tree = parse(opened.project, (tile) => tiles.get(tile));
      const open = documents.fresh();
      open.editor.load(tree, opened.name, recovered, recovered === undefined);
      if (recovered !== undefined) open.autosave.found(tree);
      open.fit();
      return;
    }
    const layers = await this.#layers(opened.layers);
    // Who has closed the document meanwhile finds the file beside the others.
    const into = place !== 'own' && documents.list.includes(place) ? place : null;
    if (into?.editor.document) {
      const { editor } = into;
      editor.change('command.file.place', (document) =>
        addLayers(document, centred(layers, opened, { x: document.width, y: document.height })),
      );
      return;
    }
    const open = into ?? documents.fresh();
    const document = addLayers(createDocument(opened.width, opened.height), layers);
    const recipe = opened.recipe === null ? null : parseRecipe(opened.recipe);
    open.editor.open(document, stem(opened.name), 'history.open', {
      params: { name: opened.name },
      recipe,
    });
    open.create.mode = 'edit';
    open.fit();
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
  async #wireLayers(document: StudioDocument, layers = document.layers): Promise<WireLayer[]> {
    const { client, compositor } = this.#studio;
    const made: WireLayer[] = [];
    for (const layer of layers) {
      const common = { name: layer.name, visible: layer.visible, opacity: layer.opacity };
      const blendMode: BlendMode = layer.blendMode;
      if (layer.type === 'group') {
        const children = await this.#wireLayers(document, layer.children);
        made.push({ type: 'group', ...common, blendMode, children });
        continue;
      }
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
      const data = await flattenLayers(compositor, document, [alone], { rect });
      const pixels = await uploadPixels(client, data);
      made.push({ type: 'raster', ...common, blendMode, ...rect, pixels });
    }
    return made;
  }
}
