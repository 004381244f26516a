/** The open document: its history, the gesture on its way, and whether it is saved. */
import type { StudioError } from '../bridge/client.js';
import { createDocument } from '../document/create.js';
import { DocumentError } from '../document/errors.js';
import { commit, replaceCurrent, setName } from '../document/history/commit.js';
import { graft, plant } from '../document/history/graft.js';
import { goTo, redo, redoTarget, undo, undoTarget } from '../document/history/travel.js';
import {
  createHistory,
  currentDocument,
  type HistoryTree,
  type Label,
  type NodeId,
} from '../document/history/tree.js';
import { activeLayer } from '../document/layers/tree.js';
import type { Layer, LayerId, Recipe, StudioDocument } from '../document/types.js';
import { isMessage, t, type MessageKey, type MessageParams } from '../i18n/index.svelte.js';
import { toStudioError } from '../bridge/client.js';

/** What the state is called that has nothing in it yet. */
const NEW = 'history.start' satisfies MessageKey;

/** What a state is called and made by. */
export interface Made {
  readonly params?: MessageParams;
  readonly recipe?: Recipe | null;
}

export class Editor {
  #tree = $state.raw<HistoryTree | null>(null);
  /** The document as a gesture makes it, before it becomes a state. */
  gesture = $state.raw<StudioDocument | null>(null);
  name = $state('');
  /** Names the work on disk that is kept against a crash. */
  id = $state<string>(crypto.randomUUID());
  /** Number of the given file that it was opened from; null where it was no given file. */
  origin: number | null = null;
  #saved = $state.raw<StudioDocument | null>(null);
  /** Stands for the work that each tree has: releasing states changes no work. */
  readonly #works = new WeakMap<HistoryTree, object>();
  readonly #failed: (message: string) => void;
  readonly #untitled: () => string;

  /** @param untitled what a document without a name is called */
  constructor(failed: (message: string) => void, untitled = () => t('app.untitled')) {
    this.#failed = failed;
    this.#untitled = untitled;
  }

  get tree(): HistoryTree | null {
    return this.#tree;
  }

  /** The same as long as nothing is done to the document or its history; null: there is none. */
  get work(): object | null {
    const tree = this.#tree;
    if (tree === null) return null;
    const work = this.#works.get(tree) ?? {};
    this.#works.set(tree, work);
    return work;
  }

  get document(): StudioDocument | null {
    return this.#tree && currentDocument(this.#tree);
  }

  /** The document one state back, if it is in memory. */
  get previous(): StudioDocument | null {
    const before = this.#tree && undoTarget(this.#tree);
    return before === null ? null : (this.#tree?.nodes.get(before)?.document ?? null);
  }

  get active(): Layer | null {
    const { document } = this;
    return document ? (activeLayer(document) ?? null) : null;
  }

  get selected(): readonly LayerId[] {
    return this.document?.active ?? [];
  }

  /** The document as it was saved last. */
  get saved(): StudioDocument | null {
    return this.#saved;
  }

  get dirty(): boolean {
    return this.document !== null && this.document !== this.#saved;
  }

  get canUndo(): boolean {
    return this.#tree !== null && undoTarget(this.#tree) !== null;
  }

  get canRedo(): boolean {
    return this.#tree !== null && redoTarget(this.#tree) !== null;
  }

  /** Begins with a document and no history. @param id what it is called by the services */
  open(
    document: StudioDocument,
    name: string,
    key: MessageKey,
    made: Made = {},
    id: string = crypto.randomUUID(),
  ): void {
    const label = { key, ...(made.params && { params: made.params }) };
    this.load(
      createHistory(document, { label, at: Date.now(), recipe: made.recipe ?? null }),
      name,
      id,
    );
  }

  /** Goes on with a history that was kept. @param saved whether that was in a file of the person's */
  load(tree: HistoryTree, name: string, id: string = crypto.randomUUID(), saved = true): void {
    this.gesture = null;
    this.#tree = tree;
    this.name = name;
    this.id = id;
    this.origin = null;
    this.#saved = saved ? currentDocument(tree) : null;
  }

  close(): void {
    this.gesture = null;
    this.#tree = null;
    this.#saved = null;
  }

  /**
   * Makes a state. Where there is no document it is the first thing on a new canvas, so that it can
   * be undone as anything else, and made again beside itself.
   */
  commit(key: MessageKey, document: StudioDocument, made: Made = {}): void {
    this.gesture = null;
    if (!this.#tree) {
      const empty = createDocument(document.width, document.height);
      // Candidates may be kept on disk by this id already.
      this.open(empty, this.#untitled(), NEW, {}, this.id);
      this.#saved = null;
    }
    if (!this.#tree) return;
    const label = { key, ...(made.params && { params: made.params }) };
    this.#tree = commit(this.#tree, document, {
      label,
      at: Date.now(),
      recipe: made.recipe ?? null,
    });
  }

  /** Makes a state after any other and stays where the person is. @returns its id */
  graft(parent: NodeId, document: StudioDocument, label: Label, recipe: Recipe | null): NodeId {
    if (!this.#tree) throw new DocumentError('NO_SUCH_STATE', 'There is no history.');
    const grafted = graft(this.#tree, parent, document, { label, at: Date.now(), recipe });
    this.#tree = grafted.tree;
    return grafted.id;
  }

  /**
   * Puts a state before the first one, for another beside it: pictures that were opened have none,
   * nor have older projects. @returns its id
   */
  plant(document: StudioDocument): NodeId {
    if (!this.#tree) throw new DocumentError('NO_SUCH_STATE', 'There is no history.');
    const planted = plant(this.#tree, document, { label: { key: NEW }, at: Date.now() });
    this.#tree = planted.tree;
    return planted.id;
  }

  /** Changes the document by a function of it; what refuses says why. */
  change(
    key: MessageKey,
    action: (document: StudioDocument) => StudioDocument,
    made: Made = {},
  ): void {
    const { document } = this;
    if (!document) return;
    try {
      this.commit(key, action(document), made);
    } catch (error) {
      this.gesture = null;
      this.#failed(this.explain(toStudioError(error)));
    }
  }

  /** Changes what is no step of the history: which layers are selected. */
  touch(action: (document: StudioDocument) => StudioDocument): void {
    if (!this.#tree) return;
    const before = currentDocument(this.#tree);
    const after = action(before);
    if (this.#saved === before) this.#saved = after;
    this.#tree = replaceCurrent(this.#tree, after);
  }

  /** Calls a state by a name of the person's; an empty one takes it away. */
  nameState(id: NodeId, name: string): void {
    if (!this.#tree) return;
    const named = setName(this.#tree, id, name);
    // It is part of the work, so that is not saved any more.
    if (named !== this.#tree) this.#saved = null;
    this.#tree = named;
  }

  /** Another tree of the same document: states were released to disk or came back. */
  replaceTree(tree: HistoryTree): void {
    const { work } = this;
    if (work) this.#works.set(tree, work);
    this.#tree = tree;
  }

  undo(): void {
    this.gesture = null;
    if (this.#tree) this.#tree = undo(this.#tree);
  }

  redo(): void {
    this.gesture = null;
    if (this.#tree) this.#tree = redo(this.#tree);
  }

  goTo(id: NodeId): void {
    this.gesture = null;
    if (this.#tree) this.#tree = goTo(this.#tree, id);
  }

  markSaved(document: StudioDocument): void {
    this.#saved = document;
  }

  /** An error in the person's language, where it is one of ours. */
  explain({ code, message }: StudioError): string {
    const key = `error.${code}`;
    return isMessage(key) ? t(key) : message;
  }
}
