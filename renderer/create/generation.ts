/** From the prompt bar to a run and from candidates to layers. */
import type { RunRequest } from '../../preload/contract.js';
import { StudioError } from '../bridge/client.js';
import { findLayer } from '../document/layers/tree.js';
import type { NodeId } from '../document/history/tree.js';
import { maskBounds } from '../document/pixels/mask-operations.js';
import { IDENTITY, multiply, scaling, translation } from '../document/pixels/matrix.js';
import type { Raster, Recipe, Rect, StudioDocument } from '../document/types.js';
import { t, type MessageKey } from '../i18n/index.svelte.js';
import type { OpenDocument } from '../state/open-document.svelte.js';
import type { ReplayTarget } from '../state/replay.svelte.js';
import type { Studio } from '../state/studio.svelte.js';
import { layerNameOf, withCandidate, type Placement } from './candidates.js';
import { editInputs, isEditable } from './inputs.js';
import { isThere } from './pictures.js';
import { requestOf, strengthsOf } from './recipe-run.js';
import { prepareStep } from './rerun.js';
import { prepareAgain } from './resume.js';
import { drawSeed } from './seed.js';
import { contained, covering, sizeFor } from './size.js';

/** What a run needs: the request, where its results go, and what edits are compared with. */
interface Prepared {
  readonly request: RunRequest;
  readonly placement: Placement;
  readonly source: Raster | null;
  /** The state that an edit is made of. */
  readonly of: NodeId | null;
}

export class Generation {
  readonly #studio: Studio;
  /** Stands for the run that is prepared now. */
  #preparing: object | null = null;

  constructor(studio: Studio) {
    this.#studio = studio;
  }

  /** Runs what the prompt bar says; what is asked while another run is on its way waits in line. */
  async run(): Promise<void> {
    // What is asked for belongs to this document, whichever is shown by the time it is there.
    const open = this.#studio.current;
    const { create, editor } = open;
    const prompt = create.prompt.trim();
    if (prompt === '') {
      this.#studio.focusPrompt();
      throw new StudioError('EMPTY_PROMPT', t('prompt.empty'));
    }
    // What was asked at once after the page opened waits until it is known what can be asked.
    if (!this.#studio.model) await this.#studio.loadModels();
    if (!this.#studio.model) throw new StudioError('MODEL_NOT_FOUND', t('replay.noModel'));
    const { document } = editor;
    const editing = create.mode === 'edit' && isEditable(document);
    const prepared = await this.#busy(() =>
      editing ? this.#edit(open, document, prompt) : Promise.resolve(this.#generate(open, prompt)),
    );
    if (prepared === null) return;
    await create.run(prepared);
    await this.#studio.set({ promptHistory: [...create.past] });
  }

  /** The last run once more, with the seed it had or another; what was stopped is run first. */
  async repeat(anew: boolean): Promise<void> {
    const { create, consistency } = this.#studio;
    if (!anew && create.stopped.length > 0) return this.#resume(this.#studio.current);
    if (!create.last) return;
    create.prompt = create.last.request.prompt;
    create.mode = create.last.request.kind;
    const locked = consistency.seedLocked;
    if (anew) consistency.seed = drawSeed();
    else consistency.seed = create.last.request.seed ?? consistency.seed;
    consistency.seedLocked = true;
    try {
      await this.run();
    } finally {
      consistency.seedLocked = locked;
    }
  }

  /** Makes the picture of a recipe again: of what its step was made of, if that is known. */
  async rerun(recipe: Recipe, target: ReplayTarget | null, seed: 'same' | 'new'): Promise<void> {
    const { create, consistency } = this.#studio;
    if (target) {
      create.prompt = recipe.prompt;
      const run = await this.#busy(() => prepareStep(this.#studio, target, seed));
      if (run) await create.run(run);
      return;
    }
    const locked = consistency.seedLocked;
    this.reuse(recipe);
    consistency.seed = seed === 'same' ? recipe.seed : drawSeed();
    const { count } = create;
    if (seed === 'same') create.count = 1;
    try {
      await this.run();
    } finally {
      consistency.seedLocked = locked;
      create.count = count;
    }
  }

  /** Puts a recipe into the bar and the panel: its prompt, seed and settings. */
  reuse(recipe: Recipe): void {
    const { create, consistency, model } = this.#studio;
    const request = requestOf(recipe, null);
    const { steps, guidanceScale, imageGuidanceScale, lockTokens, width, height } = request;
    create.prompt = recipe.prompt;
    create.mode = recipe.kind;
    // What the model does by itself stays its own.
    const own = <Value>(value: Value, usual: Value | undefined) => (value === usual ? null : value);
    create.tokens = own(request.tokens, model?.tokens);
    create.steps = own(steps, model?.steps);
    create.guidanceScale = own(guidanceScale, model?.guidanceScale);
    if (recipe.kind === 'edit') {
      create.imageGuidanceScale = own(imageGuidanceScale, model?.imageGuidanceScale);
      consistency.lockTokens = lockTokens;
      const [first] = strengthsOf(recipe);
      const trained = !first || Object.values(first).every((strength) => strength === 1);
      consistency.strengths = trained ? null : { ...first };
      if (trained) consistency.keep = 0.5;
    } else if (width !== null && height !== null) create.aspect = width / height;
    consistency.seed = recipe.seed;
    consistency.seedLocked = true;
    this.#studio.focusPrompt();
  }

  /** The chosen candidate becomes a layer. */
  accept(): void {
    const { create, editor } = this.#studio;
    const set = create.current;
    const ready = set?.items[create.chosen];
    if (!set || !ready) return;
    const key = set.placement.kind === 'edit' ? 'prompt.mode.edit' : 'prompt.mode.generate';
    const document = withCandidate(editor.document, ready, set.placement);
    this.#commit(key, document, ready.recipe);
  }

  /** Those that are marked become layers, or all of them, each hidden but the one looked at. */
  keepAll(): void {
    const { create, editor } = this.#studio;
    const set = create.current;
    if (!set) return;
    const { marked } = create;
    const kept = set.items.flatMap((ready, index) =>
      marked.size === 0 || marked.has(index) ? [{ ready, index }] : [],
    );
    const top = kept.find(({ index }) => index === create.chosen) ?? kept[0];
    if (!top) return;
    let { document } = editor;
    // In turn each lies over the one before: the first shows at last.
    for (const one of [...kept.filter((other) => other !== top), top]) {
      document = withCandidate(document, one.ready, set.placement, one === top);
    }
    if (document) this.#commit('command.create.keepAll', document, null);
  }

  /** Puts the candidates away; they can be had back. */
  discard(): void {
    const { create, editor, ui } = this.#studio;
    create.putAway(null, editor.document);
    const keys = this.#studio.shownKeys('edit.undo');
    if (create.current === null) ui.toast('info', t('candidates.discarded', { keys }));
  }

  #commit(key: MessageKey, document: StudioDocument, recipe: Recipe | null): void {
    const { create, editor } = this.#studio;
    const first = editor.document === null;
    editor.commit(key, document, { recipe });
    create.putAway(editor.tree?.current ?? null, editor.document);
    this.#followUp();
    if (first) this.#studio.fit();
  }

  /** What was asked for is there: the bar asks what should change in it. */
  #followUp(): void {
    const { create } = this.#studio;
    create.mode = 'edit';
    if (create.prompt.trim() === create.last?.request.prompt) create.prompt = '';
  }

  /** Runs that were stopped with the program are run again, in their order. */
  async #resume(open: OpenDocument): Promise<void> {
    const { create } = open;
    for (const run of create.stopped) {
      const prepared = await this.#busy(() => prepareAgain(this.#studio, open, run));
      if (prepared === null) return;
      await create.run(prepared);
      create.stopped = create.stopped.filter((other) => other !== run);
    }
  }

  /** Gives up what is prepared to be run. @returns whether there was something */
  cancel(): boolean {
    const any = this.#preparing !== null;
    this.#preparing = null;
    this.#studio.ui.busy = any ? null : this.#studio.ui.busy;
    return any;
  }

  /** @returns null: the person gave it up meanwhile */
  async #busy<T>(action: () => Promise<T>): Promise<T | null> {
    const { ui } = this.#studio;
    const mine = {};
    this.#preparing = mine;
    const busy = { key: 'app.preparing', params: {} } as const;
    ui.busy = busy;
    try {
      const made = await action();
      return this.#preparing === mine ? made : null;
    } finally {
      if (this.#preparing === mine) {
        this.#preparing = null;
        ui.busy = null;
      }
    }
  }

  /** What every request has. */
  #common({ create, consistency }: OpenDocument, kind: 'generate' | 'edit', prompt: string) {
    const { model } = this.#studio;
    if (!consistency.seedLocked) consistency.seed = drawSeed();
    const { count, steps, guidanceScale, imageGuidanceScale } = create;
    // Set while another model was chosen, it may be one that this model does not have.
    const tokens = create.tokens && model?.scales.includes(create.tokens) ? create.tokens : null;
    const { keep, lockTokens } = consistency;
    const strengths = consistency.strengths && { ...consistency.strengths };
    return {
      kind,
      prompt,
      model: model?.id ?? null,
      seed: consistency.seed,
      count,
      steps,
      guidanceScale,
      imageGuidanceScale: kind === 'edit' ? imageGuidanceScale : null,
      tokens,
      width: null,
      height: null,
      image: null,
      mask: null,
      maskFeather: null,
      lockTokens: false,
      keep: kind === 'edit' && strengths === null ? keep : null,
      strengths: kind === 'edit' ? strengths : null,
      references: [],
      ...(kind === 'edit' && { lockTokens }),
    } satisfies RunRequest;
  }

  #generate(open: OpenDocument, prompt: string): Prepared {
    const { model } = this.#studio;
    const { create, editor } = open;
    const { document } = editor;
    const resolution = model?.resolution ?? 512;
    const selection = document?.selection ?? null;
    const bounds = selection && maskBounds(selection);
    const frame = bounds ?? document;
    const whole = bounds !== null || create.aspect === null;
    const aspect = whole ? (frame ? frame.width / frame.height : 1) : (create.aspect ?? 1);
    const size = sizeFor(aspect, resolution);
    const request = { ...this.#common(open, 'generate', prompt), ...size };
    const transform = document ? fitted(size, bounds, whole, document) : IDENTITY;
    const mask = selection && { mask: selection, enabled: true };
    return {
      request,
      placement: { kind: 'generate', transform, mask, name: layerNameOf(prompt), origin: null },
      source: null,
      of: null,
    };
  }

  async #edit(open: OpenDocument, document: StudioDocument, prompt: string): Promise<Prepared> {
    const { create, consistency } = open;
    const active = document.active.at(-1);
    const layer = active === undefined ? undefined : findLayer(document, active);
    // An adjustment is no picture by itself.
    const target =
      create.target === 'layer' && layer && layer.type !== 'adjustment' ? layer.id : null;
    const references = consistency.references
      .filter(({ source }) => isThere(this.#studio, document, source))
      .map(({ source, strengths }) => ({ source, strengths: { ...strengths } }));
    const common = this.#common(open, 'edit', prompt);
    const { pictures, source } = await editInputs(this.#studio, document, { target, references });
    const lockTokens = pictures.mask !== null && consistency.lockTokens;
    const origin = { target, references: references.map((reference) => reference.source) };
    return {
      request: { ...common, ...pictures, lockTokens },
      placement: {
        kind: 'edit',
        transform: IDENTITY,
        mask: null,
        name: layerNameOf(prompt),
        origin,
      },
      source,
      of: open.editor.tree?.current ?? null,
    };
  }
}

/** Where a picture goes: over the selection or the whole canvas, or in the middle of it. */
function fitted(
  size: { readonly width: number; readonly height: number },
  bounds: Rect | null,
  whole: boolean,
  document: StudioDocument,
) {
  const aspect = size.width / size.height;
  const frame = bounds ?? { x: 0, y: 0, width: document.width, height: document.height };
  const { x, y, width } = whole ? covering(aspect, frame) : contained(aspect, frame);
  const scale = width / size.width;
  return multiply(translation(x, y), scaling(scale, scale));
}
