import { NativaError } from '../../native-models/errors.js';
import { cancelled } from './cancel.js';
import { RunContext } from './context.js';
import type { EngineEvent, EngineResult } from './events.js';
import { loadModel } from './model.js';
import type { Model } from './model.js';
import { plan as planRequest } from './plan.js';
import type { EngineRequest } from './request.js';
import { memoryFigures } from './runtime/memory.js';
import { placementNotices } from './runtime/placement-words.js';
import { edit } from './stages/edit.js';
import { generate } from './stages/generate.js';
import { checkPromptText } from './tokens/prompt.js';

/** What stays the same from one request to the next. */
export interface PipelineOptions {
  /** Threads inside one operator; absent leaves it to onnxruntime. */
  readonly threads?: number | undefined;
  /** Folder that remembers which model files were verified. */
  readonly cacheDir?: string | undefined;
  /** Whether what networks made of a picture or prompt is kept for the next request; default true. */
  readonly remember?: boolean | undefined;
}

/** How one run is watched and stopped. */
export interface RunOptions {
  readonly signal: AbortSignal;
  readonly onEvent?: (event: EngineEvent) => void;
}

/**
 * Runs requests, one at a time: validate -> load -> read -> encode -> tokens -> denoise -> decode ->
 * compose. The model stays loaded for the next request and is released when another one is asked
 * for.
 */
export class Pipeline {
  readonly #options: PipelineOptions;
  #loaded: { readonly asked: string; readonly model: Model } | undefined;

  constructor(options: PipelineOptions = {}) {
    this.#options = options;
  }

  /**
   * Runs one request with its seed set.
   * @throws NativaError of any stage; CANCELLED when `signal` aborts
   */
  async run(request: EngineRequest, { signal, onEvent }: RunOptions): Promise<EngineResult> {
    const context = new RunContext(signal, (event) => onEvent?.(event));
    try {
      checkPromptText(request.kind === 'generate' ? request.prompt : request.instruction);
      const model = await this.#load(request, context);
      const plan = planRequest(request, model.manifest);
      if (plan.kind === 'generate') {
        const images = await generate(model, plan, context);
        return this.#result(model, context, images, [...plan.notices]);
      }
      const { images, notices } = await edit(model, plan, context);
      return this.#result(model, context, images, [...plan.notices, ...notices]);
    } catch (error) {
      throw signal.aborted ? cancelled() : error;
    }
  }

  /** Gives the loaded model's memory back. */
  async dispose(): Promise<void> {
    const loaded = this.#loaded;
    this.#loaded = undefined;
    await loaded?.model.networks.dispose();
  }

  async #load(request: EngineRequest, context: RunContext): Promise<Model> {
    const { bundle, provider, networkProviders, probed, memory } = request;
    const placing = { provider, networkProviders, probed, memory };
    const asked = JSON.stringify([bundle, placing]);
    return context.stage('load', 100, async () => {
      if (this.#loaded?.asked !== asked) await this.dispose();
      const model = await loadModel(bundle, {
        ...this.#options,
        ...placing,
        signal: context.signal,
        onProgress: (share) => {
          context.progress('load', Math.floor(share * 100), 100);
        },
        ...(this.#loaded && { previous: this.#loaded.model }),
      });
      this.#loaded = { asked, model };
      return model;
    });
  }

  #result(
    model: Model,
    context: RunContext,
    images: EngineResult['images'],
    notices: string[],
  ): EngineResult {
    if (images.length === 0) throw new NativaError('NO_RESULT', 'The request made no picture.');
    return {
      images,
      timings: context.timings(),
      model: { id: model.manifest.id, hash: model.hash },
      provider: model.networks.provider,
      placement: model.networks.placed.map(({ network, provider, precision }) => ({
        network,
        provider,
        precision,
      })),
      notices: [...notices, ...placementNotices(model.networks.placed)],
      memory: memoryFigures(),
    };
  }
}
