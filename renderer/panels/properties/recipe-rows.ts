/** A recipe as lines to be read. */
import type { MessageKey } from '../../i18n/en/index.js';
import { locale, t } from '../../i18n/index.svelte.js';
import type { Recipe } from '../../document/types.js';

export interface RecipeRow {
  /** What it is called; a setting that the interface has no word for keeps its own name. */
  readonly label: { readonly key: MessageKey } | { readonly text: string };
  readonly value: string | number | boolean;
}

/** Settings that the interface has words for, in the order they are shown. */
const NAMED: Readonly<Record<string, MessageKey>> = {
  steps: 'prompt.steps',
  guidanceScale: 'prompt.guidance',
  imageGuidanceScale: 'prompt.imageGuidance',
  lockTokens: 'consistency.lock',
};

function isShown(value: unknown): value is RecipeRow['value'] {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

/** The strengths of what was referred to, each as percents. */
function strengthsOf(references: unknown): readonly RecipeRow[] {
  if (!Array.isArray(references)) return [];
  return references.flatMap((reference: unknown) => {
    if (typeof reference !== 'object' || reference === null) return [];
    const values = Object.values(reference).filter((value) => typeof value === 'number');
    const value = values.map((share) => `${Math.round(share * 100)} %`).join(' · ');
    return value === '' ? [] : [{ label: { key: 'consistency.references' as const }, value }];
  });
}

/** "topK" as "top k". */
const spaced = (name: string): string =>
  name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

/** What a recipe says, model and seed first; settings that are off or empty are left out. */
export function recipeRows(recipe: Recipe): readonly RecipeRow[] {
  const settings = (recipe['settings'] ?? {}) as Readonly<Record<string, unknown>>;
  const { width, height } = settings;
  const size: readonly RecipeRow[] =
    isShown(width) && isShown(height)
      ? [{ label: { key: 'prompt.size' }, value: `${String(width)} × ${String(height)}` }]
      : [];
  const named = Object.entries(NAMED).flatMap(([name, key]) => {
    const value = settings[name];
    return isShown(value) ? [{ label: { key }, value }] : [];
  });
  const others = Object.entries(settings).flatMap(([name, value]) => {
    if (name in NAMED || name === 'width' || name === 'height' || !isShown(value)) return [];
    return [{ label: { text: spaced(name) }, value }];
  });
  return [
    { label: { key: 'prompt.model' }, value: recipe.model.id },
    { label: { key: 'consistency.seed' }, value: recipe.seed },
    ...size,
    ...named,
    ...others,
    ...strengthsOf(settings['references']),
  ];
}

/** A value as a person reads it. */
export function shownValue(value: RecipeRow['value']): string {
  if (typeof value === 'number' && !Number.isInteger(value)) return locale.number(value, 4);
  return typeof value === 'boolean' ? (value ? '✓' : '–') : String(value);
}

/** All that a recipe says, a line each. */
export function recipeLines(recipe: Recipe): string {
  const rows = recipeRows(recipe).map(({ label, value }) => {
    const name = 'key' in label ? t(label.key) : label.text;
    return `${name}: ${shownValue(value)}`;
  });
  return [recipe.prompt, ...rows].join('\n');
}
