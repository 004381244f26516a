import { NativaError } from '../errors.js';
import { DEFAULT_GRAPH_OPTIONS, ParameterAudit, buildGraph, usedGraphs } from '../graphs/index.js';
import type { GraphName, GraphOptions, GraphSource, GraphUse } from '../graphs/index.js';
import { hasReferenceContext, isEditing } from './variant.js';

/** How weights differ from what the configs call for. */
export interface Differences {
  readonly missing: readonly { readonly name: string; readonly shape: readonly number[] }[];
  readonly reshaped: readonly {
    readonly name: string;
    readonly found: readonly number[];
    readonly wanted: readonly number[];
  }[];
  /** Names that no network of BLIP3o-NEXT has. */
  readonly unexpected: readonly string[];
}

/** What a checkpoint's flags make of it. */
export function graphUse({ ar }: Pick<GraphSource, 'ar'>): GraphUse {
  return {
    edit: isEditing(ar),
    referenceContext: hasReferenceContext(ar),
    referenceFeatures: ar.use_tar_siglip_features,
  };
}

/**
 * Names and shapes of the parameters that graphs read, by the graph that reads them.
 * @throws NativaError CONFIG_WEIGHTS_MISMATCH where the image tokens do not fit the vocabulary
 */
export function expectedParameters(
  source: GraphSource,
  names: readonly GraphName[],
): ReadonlyMap<GraphName, ReadonlyMap<string, readonly number[]>> {
  const options = auditOptions(source);
  const expected = new Map<GraphName, ReadonlyMap<string, readonly number[]>>();
  for (const name of names) {
    const tensors = new ParameterAudit(source.tensors);
    buildGraph(name, { ...source, tensors }, options[name]);
    expected.set(name, tensors.wanted);
  }
  return expected;
}

function auditOptions({ ar, vision }: GraphSource): GraphOptions {
  const start = ar.image_start_token_id ?? 0;
  return {
    ...DEFAULT_GRAPH_OPTIONS,
    ar: { logits: { start, end: start + vision.bottleneck.codebook_size } },
    vision: { features: ar.use_tar_siglip_features },
  };
}

/**
 * Parts of the reference that making pictures never reads: what TA-Tok decodes with, the head of
 * the vision tower, tables that are computed anew.
 */
const NEVER_READ = [
  /^model\.vision_tower\./,
  /^model\.layers\.\d+\.self_attn\.rotary_emb\./,
  /^model\.rotary_emb\./,
  /^lm_head\.weight$/,
];
/** Parts of the vision tower that something reads, or that would be read under another name. */
const VISION_READ =
  /\.(?:embeddings|encoder\.layers\.\d+|encode_task_layer|bottleneck\.(?:in_linear|regularizer))\./;
const VISION_UNREAD = /\.(?:decoder|teacher|decode_task_layer)\.|\.stochastic_temperature_inv$/;

/** Compares the weights with what the networks read, all at once. */
export function compareParameters(source: GraphSource): Differences {
  const use = graphUse(source);
  const wanted = merged(expectedParameters(source, usedGraphs(use)));
  const missing: Differences['missing'][number][] = [];
  const reshaped: Differences['reshaped'][number][] = [];
  for (const [name, shape] of wanted) {
    const found = source.tensors.get(name);
    if (found === undefined) missing.push({ name, shape });
    else if (!sameShape(found.shape, shape)) {
      reshaped.push({ name, found: found.shape, wanted: shape });
    }
  }
  const everything = usedGraphs({ edit: true, referenceContext: true, referenceFeatures: true });
  const known = merged(expectedParameters(source, everything));
  const layers = source.vision.encoder.num_hidden_layers;
  const unexpected = [...source.tensors.keys()].filter(
    (name) => !known.has(name) && !isNeverRead(name, use.edit, layers),
  );
  return { missing, reshaped, unexpected };
}

function isNeverRead(name: string, edit: boolean, layers: number): boolean {
  if (!NEVER_READ.some((pattern) => pattern.test(name))) return false;
  if (!name.startsWith('model.vision_tower.') || !edit) return true;
  if (VISION_UNREAD.test(name) || !VISION_READ.test(name)) return true;
  // Layers after the one whose output is taken are there and idle.
  const layer = /\.encoder\.layers\.(\d+)\.(?:layer_norm[12]|self_attn|mlp)\./.exec(name);
  return layer !== null && Number(layer[1]) === layers - 1;
}

/**
 * @param dir for the message
 * @param otherTypes types that no network reads, by the names of what is stored so
 * @throws NativaError CHECKPOINT_MISMATCH where a network cannot be built
 */
export function refuseDifferences(
  dir: string,
  found: Differences,
  otherTypes: ReadonlyMap<string, string>,
): void {
  const { missing, reshaped, unexpected } = found;
  if (missing.length === 0 && reshaped.length === 0) return;
  const parts = [
    ...(missing.length > 0
      ? [
          `missing ${list(
            missing.map(({ name, shape }) => {
              const type = otherTypes.get(name);
              const stored = type === undefined ? '' : ` (stored as ${type}, which is not read)`;
              return `${name} [${shape.join(', ')}]${stored}`;
            }),
          )}`,
        ]
      : []),
    ...(reshaped.length > 0
      ? [
          `of another shape ${list(
            reshaped.map(
              ({ name, found: has, wanted }) =>
                `${name} [${has.join(', ')}] instead of [${wanted.join(', ')}]`,
            ),
          )}`,
        ]
      : []),
    ...(unexpected.length > 0 ? [`unexpected ${list(unexpected)}`] : []),
  ];
  const message = `The weights in ${dir} are not those that its configs call for: ${parts.join('; ')}; check that all files are of one release, or download them again.`;
  throw new NativaError('CHECKPOINT_MISMATCH', message);
}

const LISTED = 8;

/** Names of the first few, and how many more there are. */
export function list(items: readonly string[]): string {
  const more = items.length - LISTED;
  return items.slice(0, LISTED).join(', ') + (more > 0 ? ` and ${more} more` : '');
}

function merged(
  graphs: ReadonlyMap<GraphName, ReadonlyMap<string, readonly number[]>>,
): Map<string, readonly number[]> {
  return new Map([...graphs.values()].flatMap((wanted) => [...wanted]));
}

function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((size, axis) => size === b[axis]);
}
