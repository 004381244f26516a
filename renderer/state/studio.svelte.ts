/** The whole studio: one of each area of state, and the commands over them. */
import type { Answer, ModelInfo, Settings, StudioEvent } from '../../preload/contract.js';
import { StudioError, toStudioError, type Client } from '../bridge/client.js';
import { boundsOfLayer, rasteriser } from '../canvas/bounds.js';
import { layoutOf } from '../canvas/text-metrics.js';
import { keymap, keysOf, shownKeys } from '../commands/keys.js';
import type { Command, CommandId, Registry } from '../commands/registry.js';
import { withCandidate, type Ready } from '../create/candidates.js';
import { Generation } from '../create/generation.js';
import { Paces } from '../create/pace.js';
import { createDocument } from '../document/create.js';
import { redoTarget, undoTarget } from '../document/history/travel.js';
import type { NodeId } from '../document/history/tree.js';
import { setProtection } from '../document/layers/masks.js';
import { boundsOfAll } from '../document/layers/transform.js';
import { isAnyLocked } from '../document/layers/tree.js';
import { Compositor } from '../document/pixels/compose.js';
import { flatten, flattenLayers, type FlattenOptions } from '../document/pixels/flatten.js';
import { maskColours } from '../document/pixels/mask-picture.js';
import { multiply, translation } from '../document/pixels/matrix.js';
import { wrappedText } from '../document/text/box.js';
import type { Point, Recipe, StudioDocument } from '../document/types.js';
import { Places, type Pickers } from '../files/places.js';
import { keyNames, locale, t } from '../i18n/index.svelte.js';
import { Clipboard } from './clipboard.js';
import { isCropping } from './crop.svelte.js';
import { Prompts } from './create.svelte.js';
import { Documents, untaken } from './documents.svelte.js';
import { EarlyEvents } from './early-events.js';
import { Files } from './files.svelte.js';
import { Floats } from './floats.js';
import { Filing } from './filing.svelte.js';
import { inFrame } from './framing.js';
import { HistoryMemory } from './history-memory.js';
import { isTyping } from './keyboard.js';
import { Leaving } from './leaving.svelte.js';
import { MERGE_KEYS, merged, type MergeKind } from './merge.js';
import { ModelManager } from './models.svelte.js';
import { OpenDocument, type DocumentShared } from './open-document.svelte.js';
import { selectionIs } from './painting.js';
import { openRecent, recentFiles } from './recent.js';
import { Replay, type ReplayTarget } from './replay.svelte.js';
import { Thumbnails } from './thumbnails.js';
import { ToolState } from './tools.svelte.js';
import { UiState } from './ui.svelte.js';
import { Work } from './work.svelte.js';
import type { Shaping } from '../work/tasks.js';

type Start = Answer<'app.start'>;

export class Studio implements DocumentShared {
  readonly client: Client;
  readonly registry: Registry;
  readonly start: Start;
  readonly documents: Documents<OpenDocument>;
  readonly work: Work;
  readonly filing: Filing;
  readonly places: Places;
  readonly tools = new ToolState();
  readonly ui = new UiState();
  readonly early = new EarlyEvents();
  readonly prompts = new Prompts();
  readonly paces = new Paces();
  readonly files = new Files(this);
  readonly clipboard = new Clipboard(this);
  readonly generation = new Generation(this);
  readonly replay = new Replay(this);
  readonly leaving = new Leaving(this);
  readonly manager = new ModelManager(this);
  readonly historyMemory = new HistoryMemory(
    () => this.documents.lastShownFirst,
    () => this.settings.historyMemory,
  );
  /** Draws documents; what it has drawn of tiles is shared by everything. */
  readonly compositor = new Compositor({ rasterOf: rasteriser.rasterOf });
  readonly thumbnails = new Thumbnails(this.compositor);
  readonly floats = new Floats(this.compositor);
  readonly mac = navigator.platform.startsWith('Mac');
  settings = $state.raw<Settings>({} as Settings);
  models = $state.raw<readonly ModelInfo[]>([]);
  /** Whether it was looked which models there are. */
  modelsKnown = $state(false);
  /** Files that were opened or saved lately, the latest first. */
  readonly recent = $derived(recentFiles(this.settings.recentFiles));
  /** Work of an earlier run that was not saved. */
  recoveries = $state.raw<Readonly<Start['recoveries']>>([]);
  /** Where the pointer is, in document pixels. */
  pointer = $state.raw<Point | null>(null);
  /** Image tokens over the document, across and down. */
  grid = $state.raw<{ readonly columns: number; readonly rows: number } | null>(null);
  connected = $state(true);
  /** Set by the components that have the elements. */
  focusPrompt: () => void = () => undefined;
  renameActive: () => void = () => undefined;
  focusCrop: () => void = () => undefined;
  cancelGesture: () => boolean = () => false;
  /** Lets go of what the pointer holds, as if the person had. */
  finishGesture: () => void = () => undefined;
  settled: () => boolean = () => true;
  readonly #shown = $derived.by(() => {
    const { document, gesture } = this.editor;
    if (gesture) return gesture;
    if (this.consistency.held) return this.before ?? document;
    return this.current.candidate ?? document;
  });
  /** The selected layers' bounds; to be found they have to be looked at pixel by pixel. */
  readonly #selectedBounds = $derived.by(() => {
    const { document } = this.editor;
    if (!document) return null;
    // Only what is selected of layers is transformed.
    if (this.floats.isPart(document)) return this.floats.boundsOf(document);
    return boundsOfAll(document, document.active, boundsOfLayer);
  });
  readonly #told = new Set<string>();
  readonly #candidateThumbnails = new WeakMap<Ready, Promise<ImageBitmap | null>>();
  readonly #keymap = $derived.by(() => keymap(this.registry.all, this.settings.shortcuts));
  readonly #modal = $derived.by(() =>
    keymap(
      this.registry.all.filter(({ modal }) => modal),
      this.settings.shortcuts,
    ),
  );

  constructor(client: Client, registry: Registry, start: Start) {
    this.client = client;
    this.filing = new Filing(client);
    this.places = new Places(start.host === 'browser' ? (window as Pickers) : null);
    this.registry = registry;
    this.start = start;
    this.settings = start.settings;
    this.recoveries = start.recoveries;
    this.prompts.past = start.settings.promptHistory;
    this.documents = new Documents(
      (like) => new OpenDocument(this, like),
      () => {
        this.#leave();
      },
    );
    this.create.count = start.settings.candidates;
    this.work = new Work(() => this.editor, this.ui);
    this.tools.onMask = () => this.mask.target !== null;
    locale.language = start.settings.language ?? start.language;
  }

  /** The document that is shown, or the empty place for one. */
  get current(): OpenDocument {
    return this.documents.current;
  }

  get editor() {
    return this.current.editor;
  }

  get view() {
    return this.current.view;
  }

  get mask() {
    return this.current.mask;
  }

  get typing() {
    return this.current.typing;
  }

  get create() {
    return this.current.create;
  }

  get consistency() {
    return this.current.consistency;
  }

  /** A name that no open document has. */
  readonly untitled = (): string =>
    untaken(t('app.untitled'), new Set(this.documents.list.map(({ editor }) => editor.name)));

  /** Says to the person what went wrong. */
  readonly failed = (message: string): void => {
    this.ui.toast('error', message);
  };

  /** Says what a run had to say, each thing once. */
  readonly noticed = (notices: readonly string[]): void => {
    for (const notice of notices) if (!this.#told.has(notice)) this.ui.toast('info', notice);
    for (const notice of notices) this.#told.add(notice);
  };

  /** The model in use, if there is one that can be used. */
  get model(): Extract<ModelInfo, { ok: true }> | null {
    const usable = this.models.filter((model) => model.ok);
    return usable.find(({ id }) => id === this.settings.model) ?? usable[0] ?? null;
  }

  /** For how many references besides the picture that is edited the model was trained. */
  get trainedReferences(): number {
    return Math.max(0, (this.model?.references ?? 1) - 1);
  }

  /** What the screen shows: a gesture on its way, a candidate, or the document. */
  get shown(): StudioDocument | null {
    return this.#shown;
  }

  /** What is compared with: the document without the candidate, or the state before the last. */
  get before(): StudioDocument | null {
    const { document, previous } = this.editor;
    return this.create.current && this.create.chosen >= 0 ? document : previous;
  }

  /** The keys of a command as a person reads them. */
  shownKeys(id: CommandId): string {
    const [first] = keysOf(this.registry.get(id), this.settings.shortcuts);
    return first === undefined ? '' : this.readKeys(first);
  }

  /** A combination as a person reads it. */
  readonly readKeys = (combination: string): string => shownKeys(combination, this.mac, keyNames());

  /** The command that a press runs now. @param combinations how it may be read, the likeliest first */
  commandFor(combinations: readonly string[]): Command | undefined {
    for (const combination of combinations) {
      const modal = this.#modal.get(combination);
      if (modal?.when?.(this) === true) return modal;
      const command = this.#keymap.get(combination);
      if (command === undefined) continue;
      if (command.meanwhile === undefined || command.when?.(this) !== false) return command;
      return this.registry.get(command.meanwhile);
    }
    return undefined;
  }

  /** Runs a command if it can be run now; what goes wrong is said to the person. */
  execute(id: CommandId): void {
    const command = this.registry.get(id);
    if (command.when?.(this) === false) return;
    this.attempt(() => command.run(this));
  }

  /** Does something that may fail, and says so. */
  attempt(action: () => void | Promise<void>): void {
    const failed = (error: unknown): void => {
      this.ui.toast('error', this.editor.explain(toStudioError(error)));
    };
    try {
      const result = action();
      if (result) result.catch(failed);
    } catch (error) {
      failed(error);
    }
  }

  /** Changes settings, here at once and on disk. */
  async set(change: Partial<Settings>): Promise<void> {
    this.settings = { ...this.settings, ...change };
    if (change.language !== undefined) locale.language = change.language ?? this.start.language;
    this.settings = await this.client.request('settings.set', change);
  }

  async loadModels(): Promise<void> {
    this.models = await this.client.request('models.list', null);
    this.modelsKnown = true;
  }

  receive(event: StudioEvent): void {
    if (event.type === 'command') {
      this.choose(event.command);
    } else if (event.type === 'files') {
      this.attempt(() => this.files.openGiven(event.files, event.first));
    } else if (event.type === 'closing') this.attempt(() => this.leaving.closeWindow());
    else if (event.type === 'recent') {
      this.settings = { ...this.settings, recentFiles: event.files };
    } else if (event.type === 'task') {
      this.filing.receive(event);
      for (const { released } of this.documents.list) released.receive(event);
    } else if (event.type === 'download' || event.type === 'checking') this.manager.receive(event);
    else if (!this.documents.list.some(({ create }) => create.receive(event))) {
      this.early.keep(event);
    }
  }

  /** Runs a command, shows the document of that key, or opens a recent file. */
  choose(id: string): void {
    if (this.registry.has(id)) this.execute(id);
    const open = this.documents.list.find(({ key }) => key === id);
    if (open) this.documents.show(open);
    const recent = this.recent.find((file) => file.id === id);
    if (recent) this.attempt(() => openRecent(this, recent));
  }

  /** Shows all of the document. */
  fit(): void {
    this.current.fit();
  }

  /** The selected layers' box for the transform handles; null where there is none. */
  get transformFrame() {
    const { document, active } = this.editor;
    if (!document || !active || isAnyLocked(document, document.active)) return null;
    const { dragged } = this.tools;
    const place = this.view.matrix;
    const matrix = dragged ? multiply(place, translation(dragged.x, dragged.y)) : place;
    const text = wrappedText(document);
    if (text) {
      return { rect: layoutOf(text).box, matrix: multiply(matrix, text.transform), wraps: true };
    }
    const rect = this.#selectedBounds;
    return rect && { rect, matrix, wraps: false };
  }

  /** Raw pixels of the picture, the active layer or its mask, for tools that look at colours. */
  async sampled(
    { editor, mask }: OpenDocument,
    allLayers: boolean,
    options: Pick<FlattenOptions, 'signal' | 'onProgress'>,
  ) {
    const { document, active } = editor;
    if (!document) throw new StudioError('NO_PIXELS', t('error.NO_PIXELS'));
    const { target } = mask;
    if (target) return maskColours(target.mask.mask);
    const data =
      allLayers || !active
        ? await flatten(this.compositor, document, options)
        : await flattenLayers(this.compositor, document, [active], options);
    return { data, width: document.width, height: document.height };
  }

  async merge(kind: MergeKind): Promise<void> {
    await this.work.change(MERGE_KEYS[kind], async (document, job) => {
      const { layers, active } = await merged(
        this.compositor,
        document,
        kind,
        t('layer.merged'),
        job,
      );
      return {
        of: (now) => [now.layers, now.width, now.height],
        change: (now) => (layers === document.layers ? now : { ...now, layers, active }),
      };
    });
  }

  newDocument(width: number, height: number): void {
    this.begin(this.documents.fresh(), width, height);
  }

  /** Begins with an empty canvas. @param known what it was called before the page was loaded again */
  begin(
    open: OpenDocument,
    width: number,
    height: number,
    known?: { readonly id: string; readonly name: string },
  ): void {
    const name = known?.name ?? this.untitled();
    open.editor.open(createDocument(width, height), name, 'history.start', {}, known?.id);
    open.fit();
  }

  /** Feathers, grows, shrinks or smooths the selection by pixels, or takes its border. */
  async changeSelection(how: Shaping, pixels: number): Promise<void> {
    await this.work.change(`command.select.${how}`, async ({ selection: mask }, job) =>
      selectionIs(mask && (await job.run('shape', { mask, how, pixels }))),
    );
  }

  clearProtection(): void {
    this.editor.change('consistency.protect.clear', (document) => setProtection(document, null));
  }

  /** Nothing that is begun by hand goes on in another document. */
  #leave(): void {
    // What is typed in a field is meant for the document that is left.
    const field = document.activeElement;
    if (isTyping(field)) field.blur();
    this.finishGesture();
    this.typing.finish();
    this.consistency.held = false;
    // Dialogs are about the document that was shown.
    this.ui.dialog = null;
    this.pointer = null;
  }

  /** Undo and redo; candidates put away are part of what was done. */
  travel(direction: 'undo' | 'redo'): void {
    const { current } = this;
    const { editor, released, create } = current;
    if (direction === 'undo' && create.discarded(editor.document)) {
      create.bringBack();
      return;
    }
    const from = editor.tree?.current;
    this.attempt(() =>
      direction === 'undo'
        ? released.go(undoTarget, () => {
            inFrame(current, () => {
              editor.undo();
            });
            if (from !== undefined) create.undone(from);
          })
        : released.go(redoTarget, () => {
            inFrame(current, () => {
              editor.redo();
            });
            if (editor.tree) create.redone(editor.tree.current);
          }),
    );
  }

  goTo(id: NodeId): void {
    const { current } = this;
    const { editor, released } = current;
    this.attempt(() =>
      released.go(
        () => id,
        () => {
          inFrame(current, () => {
            editor.goTo(id);
          });
        },
      ),
    );
  }

  rerun(recipe: Recipe, target: ReplayTarget | null, seed: 'same' | 'new'): void {
    this.attempt(() => this.generation.rerun(recipe, target, seed));
  }

  reuse(recipe: Recipe): void {
    this.generation.reuse(recipe);
  }

  /** Esc: the nearest thing that can be stopped or left. */
  async escape(): Promise<void> {
    if (this.cancelGesture()) return;
    if (this.replay.cancel()) return;
    if (this.generation.cancel()) {
      this.ui.toast('info', t('job.cancelled'));
      return;
    }
    if (this.#cancels(this.work) || this.cancelFiles()) return;
    if (this.create.busy) {
      await this.create.cancel();
      this.ui.toast('info', t('job.cancelled'));
    } else if (this.create.current) this.generation.discard();
    else if (isCropping(this)) this.#leaveCrop();
    else if (this.mask.view !== 'picture') this.mask.look('picture');
    else if (this.editor.document?.selection) this.execute('select.none');
    else this.current.released.stopReading();
  }

  /** First the box is as it was proposed, then the tool before is in hand again. */
  #leaveCrop(): void {
    const { crop } = this.current;
    if (crop.touched) crop.reset();
    else this.tools.back();
  }

  /** Gives up the files on their way. @returns whether there was one */
  cancelFiles(): boolean {
    return this.#cancels(this.filing);
  }

  #cancels(something: { cancel(): boolean }): boolean {
    const any = something.cancel();
    if (any) this.ui.toast('info', t('job.cancelled'));
    return any;
  }

  /** A small picture of the document with a candidate in it. */
  candidateThumbnail(ready: Ready): Promise<ImageBitmap | null> {
    const known = this.#candidateThumbnails.get(ready);
    if (known) return known;
    const set = this.create.sets.find(({ items }) => items.includes(ready));
    if (!set) return Promise.resolve(null);
    const made = this.thumbnails.of(withCandidate(this.editor.document, ready, set.placement));
    this.#candidateThumbnails.set(ready, made);
    return made;
  }
}
