import { NativaError } from '../../../native-models/errors.js';
import type { TextTokenizer } from './tokenizer.js';

/** Longest text a person may give, before it is looked at any closer. */
export const MAX_PROMPT_CHARACTERS = 16_384;

const PROMPT_SLOT = '{prompt}';
const IMAGE_SLOT = '<image>';

/** What goes into a template. */
export interface PromptContent {
  /** What the person wrote: a caption or an instruction. */
  readonly text: string;
  /** Token ids of each reference, in the model's own image vocabulary. */
  readonly references: readonly (readonly number[])[];
  /** The token that ends the prompt and says how many image tokens follow: `<S0>`, ... */
  readonly scaleTokenId: number;
}

/**
 * Checks what a person wrote.
 * @returns the text without white space around it
 * @throws NativaError EMPTY_PROMPT, PROMPT_TOO_LONG
 */
export function checkPromptText(text: string): string {
  const trimmed = text.trim();
  if (trimmed === '') {
    throw new NativaError('EMPTY_PROMPT', 'The prompt is empty; write what the picture shows.');
  }
  if (trimmed.length > MAX_PROMPT_CHARACTERS) {
    throw promptTooLong(`${trimmed.length} characters`, `${MAX_PROMPT_CHARACTERS} characters`);
  }
  return trimmed;
}

/**
 * Token ids of a whole prompt. Text between two added tokens of the template is encoded in one go
 * with the person's words in their place, as it was in training. `<image>` becomes
 * `<|vision_start|>` + the reference's ids + `<|vision_end|>`, once per reference, and nothing
 * where there are none.
 * @param template of the bundle, with one `{prompt}`; ends where the scale token follows
 * @throws NativaError BAD_TEMPLATE
 */
export function buildPrompt(
  tokenizer: TextTokenizer,
  template: string,
  content: PromptContent,
): number[] {
  if (template.split(PROMPT_SLOT).length !== 2) {
    const message = `A prompt template of the bundle must have ${PROMPT_SLOT} in it once: ${template}`;
    throw new NativaError('BAD_TEMPLATE', message);
  }
  const ids: number[] = [];
  template.split(IMAGE_SLOT).forEach((section, index) => {
    if (index > 0) ids.push(...imageIds(tokenizer, content.references));
    for (const part of tokenizer.splitTemplate(section)) {
      if ('tokenId' in part) ids.push(part.tokenId);
      // A function as replacement, because "$&" in a person's text is no pattern.
      else ids.push(...tokenizer.encodeText(part.text.replace(PROMPT_SLOT, () => content.text)));
    }
  });
  ids.push(content.scaleTokenId);
  return ids;
}

function imageIds(tokenizer: TextTokenizer, references: readonly (readonly number[])[]): number[] {
  if (references.length === 0) return [];
  const start = tokenizer.tokenId('<|vision_start|>');
  const end = tokenizer.tokenId('<|vision_end|>');
  return references.flatMap((reference) => [start, ...reference, end]);
}

/**
 * Checks that prompt and image tokens fit what the model can read.
 * @throws NativaError PROMPT_TOO_LONG
 */
export function checkPromptLength(promptIds: number, imageTokens: number, longest: number): void {
  if (promptIds + imageTokens <= longest) return;
  throw promptTooLong(`${promptIds} tokens`, `${Math.max(0, longest - imageTokens)} tokens`);
}

function promptTooLong(is: string, limit: string): NativaError {
  return new NativaError(
    'PROMPT_TOO_LONG',
    `The prompt has ${is} and the model reads at most ${limit}; shorten it.`,
  );
}
