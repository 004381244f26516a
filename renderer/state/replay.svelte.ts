/** Running a changed step of the history again, and after it all that followed, as a new branch. */
import { redo, type Changed, type Redone, type Step } from '../create/redo.js';
import type { RecipeChange } from '../create/recipe-run.js';
import { toStudioError } from '../bridge/client.js';
import { createDocument } from '../document/create.js';
import { DocumentError } from '../document/errors.js';
import { stepsAfter } from '../document/history/graft.js';
import { rebase } from '../document/history/rebase.js';
import { same } from '../document/history/same.js';
import { pathTo, type HistoryNode, type NodeId } from '../document/history/tree.js';
import { findLayer } from '../document/layers/tree.js';
import type { LayerId, Recipe, StudioDocument } from '../document/types.js';
import { isMessage, t } from '../i18n/index.svelte.js';
import type { CreateState } from './create.svelte.js';
import { mergeKindOf, remerge } from './remerge.js';
import type { OpenDocument } from './open-document.svelte.js';
import type { Studio } from './studio.svelte.js';

/** The step that made several layers at once; each has a recipe, the step itself has none. */
const KEEP_ALL = 'command.create.keepAll';
/** Milliseconds between looks at whether something is drawn by hand. */
const SOON = 100;
/** Characters of a step's name in a sentence. */
const NAME_LENGTH = 60;

/** A step of a model that can be changed. */
export interface ReplayTarget {
  readonly node: NodeId;
  /** Which of several layers that the step made; null: all of them. */
  readonly layer: LayerId | null;
  readonly recipe: Recipe;
}

/** A replay on its way. */
interface Running {
  /** From 1 on. */
  readonly step: number;
  readonly total: number;
  /** What is done in it. */
  readonly name: string;
}

/** What became of the steps so far. */
interface Progress {
  /** The last state of the new branch; null: there is none yet. */
  tip: NodeId | null;
  done: number;
  /** Names of steps that could not be done in full. */
  readonly left: string[];
}

/** What a step is called in a list. */
export function stepName({ label, recipe }: HistoryNode): string {
  if (recipe) return recipe.prompt;
  return (isMessage(label.key) ? t(label.key, label.params) : label.key).replace(/\s*…$/, '');
}

/** A name in a sentence; prompts can be long. */
function quoted(name: string): string {
  const short = name.length > NAME_LENGTH ? `${name.slice(0, NAME_LENGTH - 1)}…` : name;
  return t('replay.quoted', { name: short });
}

export class Replay {
  running = $state.raw<Running | null>(null);
  /** What the dialog asks about. */
  asked = $state.raw<ReplayTarget | null>(null);
  readonly #studio: Studio;
  #controller: AbortController | null = null;

  constructor(studio: Studio) {
    this.#studio = studio;
  }

  /** The step of the active layer's recipe, or the last one of a model on the way to the present. */
  get nearest(): ReplayTarget | null {
    const { active, tree } = this.#studio.editor;
    if (!tree) return null;
    const own = active?.type === 'raster' && active.recipe ? this.ofLayer(active.id) : null;
    if (own) return own;
    const last = pathTo(tree, tree.current).findLast(({ recipe }) => recipe !== null);
    return last ? this.ofStep(last.id) : null;
  }

  /** A step as one to be changed; null where no model made it, or its picture is not at hand. */
  ofStep(id: NodeId): ReplayTarget | null {
    const node = this.#studio.editor.tree?.nodes.get(id);
    if (!node?.recipe || (node.parent === null && node.recipe.kind === 'edit')) return null;
    return { node: id, layer: null, recipe: node.recipe };
  }

  /** The step that made a layer, on the way to the present; null: none is known. */
  ofLayer(id: LayerId): ReplayTarget | null {
    const { tree, document } = this.#studio.editor;
    const layer = document && findLayer(document, id);
    if (!tree || layer?.type !== 'raster' || !layer.recipe) return null;
    const { recipe } = layer;
    for (const node of pathTo(tree, tree.current)) {
      if (node.recipe && same(node.recipe, recipe)) return this.ofStep(node.id);
      const kept = node.label.key === KEEP_ALL && node.document && findLayer(node.document, id);
      if (kept && (node.parent !== null || recipe.kind === 'generate')) {
        return { node: node.id, layer: id, recipe };
      }
    }
    return null;
  }

  /** What would be done after a step. */
  following({ node }: ReplayTarget): readonly HistoryNode[] {
    const { tree } = this.#studio.editor;
    return tree?.nodes.has(node) ? stepsAfter(tree, node) : [];
  }

  /** Asks what to change. */
  ask(target: ReplayTarget | null): void {
    if (!target || this.running) return;
    this.asked = target;
    this.#studio.ui.dialog = 'replay';
  }

  /** Stops the replay that is on its way. @returns whether there was one */
  cancel(): boolean {
    this.#controller?.abort();
    return this.#controller !== null;
  }

  /** Runs a step anew and does all that followed again; the person goes there at the end. */
  async run(target: ReplayTarget, change: RecipeChange): Promise<void> {
    const { current: open, ui } = this.#studio;
    const { editor } = open;
    const node = editor.tree?.nodes.get(target.node);
    if (!editor.tree || !node || this.running) return;
    const controller = new AbortController();
    this.#controller = controller;
    const steps = [node, ...this.following(target)];
    const from = { id: editor.id, node: editor.tree.current };
    const progress: Progress = { tip: null, done: 0, left: [] };
    try {
      await this.#steps(open, steps, { layer: target.layer, change }, progress, controller.signal);
      await this.#arrive(open, progress, from, steps.length, controller.signal);
    } catch (error) {
      if (editor.id !== from.id) return;
      const so = { done: progress.done, total: steps.length };
      if (!controller.signal.aborted) {
        const reason = editor.explain(toStudioError(error));
        ui.toast('error', t('replay.failed', { step: so.done + 1, total: so.total, reason }));
      } else if (progress.tip === null) ui.toast('info', t('job.cancelled'));
      else ui.toast('info', t('replay.cancelled', so));
    } finally {
      this.running = null;
      this.#controller = null;
    }
  }

  async #steps(
    { editor, released, create }: OpenDocument,
    steps: readonly HistoryNode[],
    changed: Changed,
    progress: Progress,
    signal: AbortSignal,
  ): Promise<void> {
    const { id } = editor;
    const root = steps[0]?.parent ?? null;
    let before = root === null ? null : await released.read(root);
    let onto = before;
    for (const [index, node] of steps.entries()) {
      this.running = { step: index + 1, total: steps.length, name: stepName(node) };
      // Time for the page to show it.
      await new Promise((resolve) => setTimeout(resolve, 0));
      const after = await released.read(node.id);
      const step = { before: before ?? createDocument(after.width, after.height), after };
      const redone = await this.#redo(
        create,
        node,
        step,
        onto ?? step.before,
        index === 0 ? changed : null,
        signal,
      );
      signal.throwIfAborted();
      if (editor.id !== id) throw new DocumentError('NO_SUCH_STATE', 'The document was closed.');
      if (!redone.whole) progress.left.push(stepName(node));
      if (redone.document !== onto) {
        const parent = progress.tip ?? root ?? editor.plant(step.before);
        progress.tip = editor.graft(parent, redone.document, node.label, redone.recipe);
      }
      progress.done = index + 1;
      [before, onto] = [after, redone.document];
    }
  }

  async #redo(
    create: CreateState,
    node: HistoryNode,
    step: Step,
    onto: StudioDocument,
    changed: Changed | null,
    signal: AbortSignal,
  ): Promise<Redone> {
    const { compositor, work } = this.#studio;
    if (node.recipe !== null || node.label.key === KEEP_ALL) {
      const redone = await redo({ studio: this.#studio, create }, step, onto, changed, signal);
      return node.recipe ? redone : { ...redone, recipe: null };
    }
    const kind = mergeKindOf(node.label.key);
    if (kind === null) return { ...this.#again(step, onto), recipe: null };
    const rebased = await remerge(compositor, kind, step, onto, {
      signal,
      onProgress: () => undefined,
      run: (task, args, options) => work.worker.run(task, args, { ...options, signal }),
    });
    return { ...rebased, recipe: null };
  }

  /** A step that would break the document's bounds, or one that is refused, is left out. */
  #again({ before, after }: Step, onto: StudioDocument) {
    try {
      return rebase(before, after, onto);
    } catch (error) {
      if (error instanceof DocumentError) return { document: onto, whole: false };
      throw error;
    }
  }

  /** Goes to the new branch, unless the person went on working elsewhere meanwhile. */
  async #arrive(
    { editor, released }: OpenDocument,
    { tip, left }: Progress,
    from: { readonly id: string; readonly node: NodeId },
    total: number,
    signal: AbortSignal,
  ): Promise<void> {
    const { ui } = this.#studio;
    // What is drawn by hand just now is finished first.
    while (editor.gesture) await new Promise((resolve) => setTimeout(resolve, SOON));
    signal.throwIfAborted();
    if (editor.id !== from.id) return;
    if (left.length > 0) {
      const names = left.map(quoted).join(', ');
      ui.toast('info', t('replay.left', { names }));
    }
    if (tip === null) return;
    if (editor.tree?.current === from.node) {
      await released.go(
        () => tip,
        () => {
          editor.goTo(tip);
        },
      );
      if (left.length === 0) ui.toast('info', t('replay.done', { count: total }));
    } else ui.toast('info', t('replay.elsewhere'));
  }
}
