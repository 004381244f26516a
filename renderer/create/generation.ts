/** From the prompt bar to a run and from candidates to layers. */
import type { RunRequest } from '../../preload/contract.js';
import { StudioError } from '../bridge/client.js';
import { uploadPixels } from '../bridge/pictures.js';
import { findLayer } from '../document/layers/tree.js';
import { combine } from '../document/selection/combine.js';
import { flatten, flattenLayers } from '../document/pixels/flatten.js';
import { maskBounds, maskBytes } from '../document/pixels/mask-operations.js';
import { IDENTITY, multiply, scaling, translation } from '../document/pixels/matrix.js';
import { pixelsOf } from '../document/pixels/tiles.js';
import type { Layer, Mask, Raster, Recipe, Rect, StudioDocument } from '../document/types.js';
import { t } from '../i18n/index.svelte.js';
import type { Reference, Strengths } from '../state/consistency.svelte.js';
import type { OpenDocument } from '../state/open-document.svelte.js';
import type { Studio } from '../state/studio.svelte.js';
import { withCandidate, type Placement } from './candidates.js';
import { contained, covering, sizeFor } from './size.js';

/** Prompts name layers; longer ones are cut. */
const NAME_LENGTH = 80;
const SEEDS = 2 ** 32;

/** What a run needs: the request, where its results go, and what edits are compared with. */
interface Prepared {
  readonly request: RunRequest;
  readonly placement: Placement;
  readonly source: Raster | null;
}

const nameOf = (prompt: string): string =>
  prompt.length > NAME_LENGTH ? `${prompt.slice(0, NAME_LENGTH - 1)}…` : prompt;

/** The mask an edit may work in: the selection without what is protected; null: everywhere. */
function editMask({ selection, protection }: StudioDocument): Mask | null {
  if (!protection) return selection;
  return combine(selection, protection, 'subtract');
}

/** A mask as the engine takes one: white where the picture may change. */
function maskPicture(mask: Mask): Uint8ClampedArray {
  const bytes = maskBytes(mask);
  const out = new Uint8ClampedArray(bytes.length * 4);
  const words = new Uint32Array(out.buffer);
  for (let i = 0; i < bytes.length; i++) {
    const value = bytes[i] ?? 0;
    words[i] = 0xff000000 | (value << 16) | (value << 8) | value;
  }
  return out;
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
    const editing = create.mode === 'edit' && document !== null;
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
    if (anew) consistency.seed = this.#draw();
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
    consistency.seed = seed === 'same' ? recipe.seed : this.#draw();
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
    create.mode = 'edit';
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
    create.mode = 'edit';
    if (first) this.#studio.fit();
  }

  discard(): void {
    this.#studio.create.next();
  }

  #draw(): number {
    return Math.floor(Math.random() * SEEDS);
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
    if (!consistency.seedLocked) consistency.seed = this.#draw();
    const { count, steps, guidanceScale, imageGuidanceScale } = create;
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
      tokens: null,
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
      placement: { kind: 'generate', transform, mask, name: nameOf(prompt) },
      source: null,
    };
  }

  async #edit(open: OpenDocument, document: StudioDocument, prompt: string): Promise<Prepared> {
    const { compositor, client, work } = this.#studio;
    const { create, consistency } = open;
    const active = document.active.at(-1);
    const layer =
      create.target === 'layer' && active !== undefined ? findLayer(document, active) : null;
    // What is transparent is white to the model; only what it changes becomes part of the result.
    const options = { background: '#ffffff' };
    const data = layer
      ? await flattenLayers(compositor, document, [alone(layer)], options)
      : await flatten(compositor, document, options);
    const { width, height } = document;
    const mask = editMask(document);
    const request: RunRequest = {
      ...this.#common(open, 'edit', prompt),
      image: { blob: await uploadPixels(client, data), width, height },
      mask: mask && { blob: await uploadPixels(client, maskPicture(mask)), width, height },
      lockTokens: mask !== null && consistency.lockTokens,
      references: await this.#references(open, document),
    };
    return {
      request,
      placement: { kind: 'edit', transform: IDENTITY, mask: null, name: nameOf(prompt) },
      source: await work.worker.run('raster', { data, width, height }, { give: [data.buffer] }),
    };
  }

  async #references(
    { consistency }: OpenDocument,
    document: StudioDocument,
  ): Promise<RunRequest['references']> {
    const { client, model } = this.#studio;
    const most = Math.max(0, (model?.references ?? 1) - 1);
    const made: RunRequest['references'] = [];
    for (const reference of consistency.references.slice(0, most)) {
      const picture = await this.#pixels(document, reference);
      if (!picture) continue;
      const { data, width, height } = picture;
      const strengths: Strengths = { ...reference.strengths };
      made.push({ ...strengths, image: { blob: await uploadPixels(client, data), width, height } });
    }
    return made;
  }

  async #pixels(document: StudioDocument, { source }: Reference) {
    if ('raster' in source) {
      const { width, height } = source.raster;
      return { data: pixelsOf(source.raster), width, height };
    }
    const layer = findLayer(document, source.layer);
    if (!layer) return null;
    const options = { background: '#ffffff' };
    const data = await flattenLayers(this.#studio.compositor, document, [alone(layer)], options);
    return { data, width: document.width, height: document.height };
  }
}

/** A layer as it looks without those around it. */
function alone(layer: Layer): Layer {
  return { ...layer, visible: true, opacity: 1, blendMode: 'normal', clipped: false };
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
