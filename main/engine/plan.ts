/** From a request and a bundle to every number a run needs: pure, so the interface can ask too. */
import type {
  BundleManifest,
  SchedulerName,
  TokenScale,
} from '../../native-models/bundle/index.js';
import { NativaError } from '../../native-models/errors.js';
import type { FitMode } from './images/index.js';
import type {
  EditRequest,
  EngineRequest,
  GenerateRequest,
  ImageInput,
  Strengths,
} from './request.js';
import { candidateSeed } from './rng.js';
import { checkPromptText } from './tokens/prompt.js';
import type { SamplingOptions } from './tokens/sampler.js';

/** What every kind of plan has. */
interface CommonPlan {
  /** The person's words, trimmed. */
  readonly text: string;
  readonly template: string;
  /** Seed of every picture to make. */
  readonly seeds: readonly number[];
  readonly steps: number;
  readonly guidanceScale: number;
  readonly tokens: TokenScale;
  readonly sampling: SamplingOptions;
  readonly scheduler: SchedulerName;
  readonly provider: string;
  readonly previews: boolean;
  /** What a person should know about this run, one sentence each. */
  readonly notices: readonly string[];
}

/** A text-to-image run. */
export interface GeneratePlan extends CommonPlan {
  readonly kind: 'generate';
  /** Pixels of the result. */
  readonly width: number;
  readonly height: number;
}

/** A picture that is referred to, and how strongly. */
export interface PlannedReference extends Strengths {
  readonly image: ImageInput;
}

/** An edit run. */
export interface EditPlan extends CommonPlan {
  readonly kind: 'edit';
  /** The picture that is edited first, then the others. */
  readonly references: readonly [PlannedReference, ...PlannedReference[]];
  readonly mask: ImageInput | undefined;
  readonly maskFeather: number | undefined;
  readonly imageGuidanceScale: number;
  readonly lockTokens: boolean;
  readonly onlyChanged: boolean;
  readonly fit: FitMode;
}

/** A run with nothing left open. */
export type Plan = GeneratePlan | EditPlan;

/**
 * Fills a request in from the bundle's defaults.
 * @throws NativaError EMPTY_PROMPT, PROMPT_TOO_LONG, NOT_SUPPORTED, MISSING_SEED
 */
export function plan(request: EngineRequest, manifest: BundleManifest): Plan {
  return request.kind === 'generate'
    ? planGenerate(request, manifest)
    : planEdit(request, manifest);
}

function planGenerate(request: GenerateRequest, manifest: BundleManifest): GeneratePlan {
  if (!manifest.capabilities.generate) throw notSupported(manifest, 'make pictures from text');
  const { width = manifest.resolution, height = manifest.resolution } = request;
  const notices =
    width === manifest.resolution && height === manifest.resolution
      ? []
      : [`${manifest.name} was trained at ${manifest.resolution} x ${manifest.resolution} pixels.`];
  const { promptTemplates, defaults } = manifest;
  return {
    kind: 'generate',
    ...planCommon(request, manifest, {
      text: request.prompt,
      template: promptTemplates.generate,
      temperature: defaults.temperature,
    }),
    width,
    height,
    notices,
  };
}

function planEdit(request: EditRequest, manifest: BundleManifest): EditPlan {
  if (!manifest.capabilities.edit) throw notSupported(manifest, 'edit pictures');
  if (request.lockTokens && request.mask === undefined) {
    const message = 'Locking tokens needs a mask that says where the picture may change; add one.';
    throw new NativaError('MASK_NEEDED', message);
  }
  const kept = keepSettings(request.keep ?? AS_TRAINED, manifest.defaults.imageGuidanceScale);
  const count = 1 + request.references.length;
  const { maxReferences } = manifest.capabilities;
  const { promptTemplates, defaults } = manifest;
  const trainedFor = `${maxReferences} reference ${maxReferences === 1 ? 'picture' : 'pictures'}`;
  return {
    kind: 'edit',
    ...planCommon(request, manifest, {
      text: request.instruction,
      template: promptTemplates.edit,
      temperature: defaults.editTemperature ?? defaults.temperature,
    }),
    references: [
      { image: request.image, ...mergeStrengths(kept.strengths, request.strengths) },
      ...request.references,
    ],
    mask: request.mask,
    maskFeather: request.maskFeather,
    imageGuidanceScale: request.imageGuidanceScale ?? kept.imageGuidanceScale,
    lockTokens: request.lockTokens,
    onlyChanged: request.onlyChanged,
    fit: request.fit,
    notices: count > maxReferences ? [`${manifest.name} was trained with ${trainedFor}.`] : [],
  };
}

function mergeStrengths(base: Strengths, given: EditRequest['strengths']): Strengths {
  return {
    semantics: given?.semantics ?? base.semantics,
    appearance: given?.appearance ?? base.appearance,
    structure: given?.structure ?? base.structure,
  };
}

function planCommon(
  request: EngineRequest,
  manifest: BundleManifest,
  task: Pick<CommonPlan, 'text' | 'template'> & { readonly temperature: number },
): CommonPlan {
  const { defaults, capabilities } = manifest;
  const tokens = request.tokens ?? defaults.tokens;
  if (!capabilities.tokenScales.includes(tokens)) {
    throw notSupported(manifest, `draw at token scale ${tokens}`);
  }
  const { seed } = request;
  if (seed === undefined) throw new NativaError('MISSING_SEED', 'The request has no seed.');
  return {
    text: checkPromptText(task.text),
    template: task.template,
    seeds: Array.from({ length: request.count }, (_, index) => candidateSeed(seed, index)),
    steps: request.steps ?? defaults.steps,
    guidanceScale: request.guidanceScale ?? defaults.guidanceScale,
    tokens,
    sampling: {
      temperature: request.temperature ?? task.temperature,
      topK: request.topK ?? defaults.topK,
      topP: request.topP ?? defaults.topP,
    },
    scheduler: request.scheduler ?? defaults.scheduler,
    provider: request.provider,
    previews: request.previews,
    notices: [],
  };
}

/** Place of the `keep` slider where a reference enters as it did in training. */
const AS_TRAINED = 0.5;
/** How much stronger image guidance is at the slider's upper end. */
const STRONGEST_GUIDANCE = 2;

/**
 * The `keep` slider. In its lower half strengths grow from nothing to full: structure over the
 * whole half, and twice as fast appearance and semantics, because where things are is the first to
 * be given up. In its upper half strengths stay full and image guidance grows to twice the bundle's.
 * @param keep 0 to 1
 */
export function keepSettings(
  keep: number,
  imageGuidanceScale: number,
): { readonly strengths: Strengths; readonly imageGuidanceScale: number } {
  const lower = Math.min(1, keep / AS_TRAINED);
  const upper = Math.max(0, (keep - AS_TRAINED) / (1 - AS_TRAINED));
  const early = Math.min(1, 2 * lower);
  return {
    strengths: { semantics: early, appearance: early, structure: lower },
    imageGuidanceScale: imageGuidanceScale * (1 + upper * (STRONGEST_GUIDANCE - 1)),
  };
}

function notSupported(manifest: BundleManifest, what: string): NativaError {
  const message = `${manifest.name} cannot ${what}; choose another model.`;
  return new NativaError('NOT_SUPPORTED', message);
}
