/** Bringing pictures in, saving and exporting them, and keeping unsaved work on disk. */
import type { Opened, ReadyFile } from '../../preload/contract.js';
import { toStudioError } from '../bridge/client.js';
import { createDocument } from '../document/create.js';
import type { HistoryTree } from '../document/history/tree.js';
import { addLayers } from '../document/layers/arrange.js';
import { centred } from '../document/layers/centre.js';
import { flatten, type FlattenOptions } from '../document/pixels/flatten.js';
import { serialise } from '../document/serialise.js';
import type { SerialiseOptions } from '../document/serialise.js';
import type { StudioDocument } from '../document/types.js';
import { parseRecipe } from '../create/candidates.js';
import { saveReady } from '../files/export.js';
import { layersOf } from '../files/wire-layers.js';
import { writeToPlace, type PlaceHandle } from '../files/places.js';
import { t } from '../i18n/index.svelte.js';
import type { FileTask } from './filing.svelte.js';
import { uploadFlat } from './flat-upload.js';
import { LayeredUpload } from './layered-upload.js';
import type { OpenDocument } from './open-document.svelte.js';
import { pictureName } from './pictures.js';
import { placeFor, recoverWork, stem, takeProject, type Becomes } from './taking.js';
import type { Studio } from './studio.svelte.js';

const IMAGES = 'image/*,.psd,.ora,.tif,.tiff,.avif,.webp';

/** Asks for files in the browser's own dialog. */
function pick(multiple: boolean): Promise<readonly File[]> {
  return new Promise((resolve) => {
    const input = document.createElement('input');
    input.type = 'file';
    input.accept = IMAGES;
    input.multiple = multiple;
    input.hidden = true;
    const answer = (): void => {
      input.remove();
      resolve([...(input.files ?? [])]);
    };
    input.addEventListener('change', answer);
    input.addEventListener('cancel', answer);
    // A dialog does not keep its field: outside of the page it may be collected before the answer.
    document.body.append(input);
    input.click();
  });
}

/** What packing is of saving a project. */
const PACKING_PART = 0.9;

/** Where a file goes: into an open document, or into one of its own. */
type Place = OpenDocument | 'own';

export class Files {
  readonly #studio: Studio;
  /** Given files are opened one after the other, so that none is opened twice. */
  #given: Promise<void> = Promise.resolve();

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
      return;
    }
    const handles = await this.#studio.places.open();
    if (!handles) await this.addFiles(await pick(true), place);
    for (const handle of handles ?? []) await this.#openPlace(handle, place);
  }

  /** Opens a file that can be written again: a project is saved there. */
  async #openPlace(handle: PlaceHandle, place: Place): Promise<void> {
    const own = await this.#upload(await handle.getFile(), place);
    if (own && /\.ora$/i.test(handle.name)) this.#studio.places.keep(own.editor.id, handle);
  }

  /**
   * Opens files. In an open document they become layers; if it is empty, the first one becomes the
   * document. Projects always become documents of their own.
   */
  async addFiles(files: readonly File[], place: Place = this.#studio.current): Promise<void> {
    for (const file of files) {
      try {
        await this.#upload(file, place);
      } catch (error) {
        // The others are opened nevertheless.
        this.#studio.failed(this.#studio.editor.explain(toStudioError(error)));
      }
    }
  }

  /** @returns the document it became, null where it became a part of one */
  async #upload(file: File, place: Place): Promise<OpenDocument | null> {
    const { client } = this.#studio;
    return this.#busy(file.name, async () => {
      const blob = await client.upload(file);
      const id = crypto.randomUUID();
      try {
        const ask = { name: file.name, blob, document: id };
        return await this.#take(await client.request('files.open', ask), place, { id });
      } finally {
        client.drop(blob);
      }
    });
  }

  /** Opens files given on the command line or by the system; one that is open already is shown. */
  openGiven(names: readonly string[], first = 0, place: Place = 'own'): Promise<void> {
    const turn = this.#given.then(async () => {
      for (const [index, name] of names.entries()) {
        await this.#busy(name, () => this.#openGiven(first + index, place));
      }
    });
    this.#given = turn.catch(() => undefined);
    return turn;
  }

  async #openGiven(index: number, place: Place): Promise<void> {
    const { client, documents } = this.#studio;
    if (place === 'own') {
      const open = documents.list.filter(({ editor }) => editor.document !== null);
      const { document } = await client.request('files.same', {
        index,
        documents: open.map(({ editor: { id, origin } }) => ({
          document: id,
          ...(origin !== null && { origin }),
        })),
      });
      const same = documents.list.find(({ editor }) => editor.id === document);
      if (same) {
        documents.show(same);
        return;
      }
    }
    const id = crypto.randomUUID();
    const opened = await client.request('files.openPath', { index, document: id });
    const own = await this.#take(opened, place, { id });
    if (own) own.editor.origin = index;
  }

  /**
   * Opens a document's file once more, for a page that was loaded again.
   * @throws StudioError FILE_GONE
   */
  async reopen(name: string, { id, behind = false }: Omit<Becomes, 'recovered'>): Promise<void> {
    await this.#busy(name, async () => {
      const opened = await this.#studio.client.request('files.reopen', { document: id });
      const open = await this.#take(opened, 'own', { id, behind });
      if (open) open.editor.name = name;
    });
  }

  /** Asks for pictures of files that results should resemble. */
  async pickReferences(): Promise<void> {
    await this.addReferences(await pick(true));
  }

  /** Pictures of files as something to resemble. */
  async addReferences(files: readonly File[]): Promise<void> {
    const { consistency, pictures } = this.#studio.current;
    for (const file of files) {
      await this.#busy(file.name, async () => {
        const { client, compositor } = this.#studio;
        const blob = await client.upload(file);
        const opened = await client.request('files.open', { name: file.name, blob });
        client.drop(blob);
        if (opened.kind !== 'layers') return;
        const layers = await layersOf(client, opened.layers, opened);
        const whole = { ...createDocument(opened.width, opened.height), layers };
        const data = await flatten(compositor, whole, { background: '#ffffff' });
        const { width, height } = opened;
        const { worker } = this.#studio.work;
        const picture = await pictureName(data, opened);
        const give = [data.buffer];
        pictures.add(picture, await worker.run('raster', { data, width, height }, { give }));
        consistency.add(opened.name, { picture }, this.#studio.trainedReferences);
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

  /**
   * Saves a project with its history as OpenRaster.
   * @param ask whether the person says where, even if it was saved before
   * @returns whether that was done
   */
  async save(open: OpenDocument = this.#studio.current, ask = false): Promise<boolean> {
    const { filing, ui } = this.#studio;
    const { editor, autosave, keeping } = open;
    const { document, tree } = editor;
    if (!document || !tree) return false;
    const { id, name: title, origin } = editor;
    const suggested = `${stem(title)}.ora`;
    const place = await this.#studio.places.of(id, suggested, ask);
    if (place === null) return false;
    const action = async (task: FileTask): Promise<boolean> => {
      const marks = keeping.marksOfFile;
      const file = await this.#written(open, document, tree, task);
      const target = { document: id, ask, ...(origin !== null && { origin }) };
      const name = place
        ? await this.#putInPlace(id, place, task.hold(file.blob))
        : await saveReady(this.#studio, suggested, file, target);
      if (name === null) return false;
      // It may hold another one, or none, by now.
      if (editor.id === id) {
        editor.name = stem(name);
        editor.markSaved(document);
        keeping.filed(marks);
        const kept = { document: id, name, blob: file.blob };
        await this.#studio.client.request('files.keep', kept).catch(() => undefined);
        await autosave.forget(true);
      }
      ui.toast('info', t('app.saved', { name }));
      return true;
    };
    return (await filing.run(title, action, PACKING_PART)) === true;
  }

  /** Writes a document into its file, which is asked for anew where that cannot be. */
  async #putInPlace(id: string, place: PlaceHandle, blob: string): Promise<string> {
    const { places, client } = this.#studio;
    try {
      const name = await writeToPlace(client, place, blob);
      places.keep(id, place);
      return name;
    } catch (error) {
      places.forget(id);
      throw error;
    }
  }

  /** A project's file, put together of what is packed of it. */
  async #written(
    { released, packing, editor, keeping }: OpenDocument,
    document: StudioDocument,
    tree: HistoryTree,
    task: FileTask,
  ): Promise<ReadyFile> {
    const { name } = editor;
    const write = async (options?: SerialiseOptions): Promise<ReadyFile> => {
      const written = serialise(tree, options, keeping.take({ file: true, gone: !options }));
      const packed = await packing.pack(document, written, task);
      return task.write('files.writeProject', { name, ...packed, project: written.json });
    };
    const stored = { stored: released.stored };
    try {
      return await write(stored);
    } catch (error) {
      task.signal.throwIfAborted();
      const failure = toStudioError(error);
      // The services were started anew: everything is packed once more.
      if (failure.code === 'PACKS_GONE') return write(stored);
      if (failure.code !== 'TILES_GONE') throw failure;
      // Old states went with the services that had them: the work is saved without them.
      this.#studio.ui.toast('error', editor.explain(failure));
      return write();
    }
  }

  /** The document with its layers for other programs. @returns undefined if it was given up */
  exportPsd(name: string): Promise<boolean | undefined> {
    const document = this.#document();
    return this.#studio.filing.run(name, async (task) => {
      const layered = new LayeredUpload(this.#studio, document, task);
      const layers = await layered.layers();
      const { blob: merged, width, height } = await this.flattened(document, layered.merging());
      task.hold(merged);
      const ask = { name, width, height, layers, merged };
      const file = await task.write('files.exportPsd', ask);
      return (await saveReady(this.#studio, name, file)) !== null;
    });
  }

  /** Opens work that was kept on disk. */
  async recover(
    { id, name }: { readonly id: string; readonly name: string },
    behind = false,
  ): Promise<void> {
    await this.#busy(name, async () => {
      await recoverWork(this.#studio, { id, behind });
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

  async #busy<T>(name: string, action: () => Promise<T>): Promise<T> {
    const { ui } = this.#studio;
    ui.busy = { key: 'app.working', params: { name } };
    try {
      return await action();
    } finally {
      ui.busy = null;
    }
  }

  /** @returns the document it became, null where it became a part of one */
  async #take(opened: Opened, place: Place, becomes: Becomes): Promise<OpenDocument | null> {
    const { client, documents } = this.#studio;
    if (opened.kind === 'project') return takeProject(this.#studio, opened, becomes);
    const layers = await layersOf(client, opened.layers, opened);
    // Who has closed the document meanwhile finds the file beside the others.
    const into = place !== 'own' && documents.list.includes(place) ? place : null;
    if (into?.editor.document) {
      const { editor } = into;
      editor.change('command.file.place', (document) =>
        addLayers(document, centred(layers, opened, { x: document.width, y: document.height })),
      );
      void client.request('files.forget', { document: becomes.id }).catch(() => undefined);
      return null;
    }
    const open = into ?? placeFor(this.#studio, becomes);
    const document = addLayers(createDocument(opened.width, opened.height), layers);
    const recipe = opened.recipe === null ? null : parseRecipe(opened.recipe);
    const made = { params: { name: opened.name }, recipe };
    open.editor.open(document, stem(opened.name), 'history.open', made, becomes.id);
    open.create.mode = 'edit';
    open.fit();
    return open;
  }
}
