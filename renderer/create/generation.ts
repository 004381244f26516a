/** From the prompt bar to a run and from candidates to layers. */
import type { RunRequest } from '../../preload/contract.js';
import { StudioError } from '../bridge/client.js';
import { findLayer } from '../document/layers/tree.js';
import { maskBounds } from '../document/pixels/mask-operations.js';
import { IDENTITY, multiply, scaling, translation } from '../document/pixels/matrix.js';
import type { Raster, Recipe, Rect, StudioDocument } from '../document/types.js';
import { t } from '../i18n/index.svelte.js';
import type { OpenDocument } from '../state/open-document.svelte.js';
import type { Studio } from '../state/studio.svelte.js';
import { layerNameOf, withCandidate, type Placement } from './candidates.js';
import { editInputs, isEditable, isThere } from './inputs.js';
import { drawSeed } from './seed.js';
import { contained, covering, sizeFor } from './size.js';

/** What a run needs: the request, where its results go, and what edits are compared with. */
interface Prepared {
  readonly request: RunRequest;
  readonly placement: Placement;
  readonly source: Raster | null;
}

export class Generation {
  readonly #studio: Studio;

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
    const { document } = editor;
    const editing = create.mode === 'edit' && isEditable(document);
    const prepared = await this.#busy(() =>
      editing ? this.#edit(open, document, prompt) : Promise.resolve(this.#generate(open, prompt)),
    );
    await create.run(prepared.request, prepared.placement, prepared.source);
    await this.#studio.set({ promptHistory: [...create.past] });
  }

  /** The last run once more, with the seed it had or another. */
  async repeat(anew: boolean): Promise<void> {
    const { create, consistency } = this.#studio;
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

  /** Runs a recipe from the history again, on the document as it is now. */
  async rerun(recipe: Recipe, seed: 'same' | 'new'): Promise<void> {
    const { create, consistency } = this.#studio;
    this.reuse(recipe);
    const locked = consistency.seedLocked;
    consistency.seed = seed === 'same' ? recipe.seed : drawSeed();
    consistency.seedLocked = true;
    const { count } = create;
    if (seed === 'same') create.count = 1;
    try {
      await this.run();
    } finally {
      consistency.seedLocked = locked;
      create.count = count;
    }
  }

  /** Puts a recipe's prompt and seed into the bar. */
  reuse(recipe: Recipe): void {
    const { create, consistency } = this.#studio;
    create.prompt = recipe.prompt;
    create.mode = recipe.kind;
    consistency.seed = recipe.seed;
    this.#studio.focusPrompt();
  }

  /** The chosen candidate becomes a layer. */
  accept(): void {
    const { create, editor, consistency } = this.#studio;
    const set = create.current;
    const ready = set?.items[create.chosen];
    if (!set || !ready) return;
    const first = editor.document === null;
    const made = { recipe: ready.recipe };
    const key = set.placement.kind === 'edit' ? 'prompt.mode.edit' : 'prompt.mode.generate';
    if (first) editor.commit(key, withCandidate(null, ready, set.placement), made);
    else editor.change(key, (document) => withCandidate(document, ready, set.placement), made);
    consistency.drift = ready.candidate.drift;
    create.next();
    this.#followUp();
    if (first) this.#studio.fit();
  }

  /** All candidates become layers, each hidden but the chosen one. */
  keepAll(): void {
    const { create, editor } = this.#studio;
    const set = create.current;
    if (!set) return;
    const first = editor.document === null;
    const chosen = Math.max(0, create.chosen);
    const order = set.items.map((_, index) => index).filter((index) => index !== chosen);
    let document = editor.document;
    for (const index of [...order, chosen]) {
      const ready = set.items[index];
      if (!ready) continue;
      document = withCandidate(document, ready, set.placement, index === chosen);
    }
    if (document) editor.commit('command.create.keepAll', document);
    create.next();
    this.#followUp();
    if (first) this.#studio.fit();
  }

  /** Gives the candidates up; the last run can be made again as it was. */
  discard(): void {
    const { create, ui } = this.#studio;
    create.next();
    const keys = this.#studio.shownKeys('create.repeat');
    const alone = create.current === null && !create.busy && create.last !== null;
    if (keys !== '' && alone) ui.toast('info', t('candidates.discarded', { keys }));
  }

  /** What was asked for is there: the bar asks what should change in it. */
  #followUp(): void {
    const { create } = this.#studio;
    create.mode = 'edit';
    if (create.prompt.trim() === create.last?.request.prompt) create.prompt = '';
  }

  async #busy<T>(action: () => Promise<T>): Promise<T> {
    const { ui } = this.#studio;
    ui.busy = { key: 'app.preparing', params: {} };
    try {
      return await action();
    } finally {
      ui.busy = null;
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
    const aspect = bounds ? bounds.width / bounds.height : create.aspect;
    const size = sizeFor(aspect, resolution);
    const request = { ...this.#common(open, 'generate', prompt), ...size };
    const transform = document ? fitted(size, bounds, document) : IDENTITY;
    const mask = selection && { mask: selection, enabled: true };
    return {
      request,
      placement: { kind: 'generate', transform, mask, name: layerNameOf(prompt), origin: null },
      source: null,
    };
  }

  async #edit(open: OpenDocument, document: StudioDocument, prompt: string): Promise<Prepared> {
    const { model } = this.#studio;
    const { create, consistency } = open;
    const active = document.active.at(-1);
    const target =
      create.target === 'layer' && active !== undefined && findLayer(document, active)
        ? active
        : null;
    const most = Math.max(0, (model?.references ?? 1) - 1);
    const references = consistency.references
      .slice(0, most)
      .filter(({ source }) => isThere(document, source))
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
    };
  }
}

/** Where a picture goes: over the selection, or in the middle of the document. */
function fitted(
  size: { readonly width: number; readonly height: number },
  bounds: Rect | null,
  document: StudioDocument,
) {
  const aspect = size.width / size.height;
  const canvas = { x: 0, y: 0, width: document.width, height: document.height };
  const { x, y, width } = bounds ? covering(aspect, bounds) : contained(aspect, canvas);
  const scale = width / size.width;
  return multiply(translation(x, y), scaling(scale, scale));
}
