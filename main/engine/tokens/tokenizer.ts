import * as tokenizers from '@huggingface/tokenizers';
import { z } from 'zod';

import { NativaError } from '../../../native-models/errors.js';

const tokenizerSchema = z.looseObject({
  model: z.looseObject({ type: z.string() }),
  added_tokens: z
    .array(z.looseObject({ id: z.int().min(0), content: z.string().min(1) }))
    .default([]),
});

/** What is used of the library's tokenizer. */
interface PlainTokenizer {
  encode(
    text: string,
    options: { readonly add_special_tokens: boolean },
  ): { readonly ids: readonly number[] };
}

/**
 * The library's declarations leave out the extensions of their imports, so that TypeScript finds no
 * type behind this name.
 */
const Tokenizer = tokenizers.Tokenizer as new (json: object, config: object) => PlainTokenizer;

/** A part of a template: text for the tokenizer, or a token of its own. */
export type TemplatePart = { readonly text: string } | { readonly tokenId: number };

/**
 * Text to token ids by a `tokenizer.json`. Plain text and added tokens (`<|im_end|>`, `<S0>`,
 * `<I5>`) go separate ways: only a template can name an added token, so that nothing a person types
 * can end a turn or stand for an image token.
 */
export class TextTokenizer {
  readonly #plain: PlainTokenizer;
  readonly #added: ReadonlyMap<string, number>;
  readonly #addedIds: ReadonlySet<number>;

  /**
   * @param json parsed `tokenizer.json`
   * @throws NativaError BAD_TOKENIZER
   */
  constructor(json: unknown) {
    const parsed = tokenizerSchema.safeParse(json);
    if (!parsed.success) throw badTokenizer(z.prettifyError(parsed.error));
    const { added_tokens: added, ...rest } = parsed.data;
    this.#added = new Map(added.map(({ content, id }) => [content, id]));
    this.#addedIds = new Set(this.#added.values());
    try {
      this.#plain = new Tokenizer({ ...rest, added_tokens: [] }, {});
    } catch (cause) {
      throw badTokenizer(String(cause), cause);
    }
  }

  /** Ids of text as plain text, whatever it spells. */
  encodeText(text: string): number[] {
    if (text === '') return [];
    const { ids } = this.#plain.encode(text, { add_special_tokens: false });
    // A vocabulary may list added tokens among its ordinary ones; they still are not text.
    return ids.filter((id) => !this.#addedIds.has(id));
  }

  /**
   * Id of an added token.
   * @throws NativaError BAD_TOKENIZER where there is none of that name
   */
  tokenId(content: string): number {
    const id = this.addedId(content);
    if (id === undefined) throw badTokenizer(`it has no added token "${content}"`);
    return id;
  }

  /** Id of an added token, undefined where there is none of that name. */
  addedId(content: string): number | undefined {
    return this.#added.get(content);
  }

  /** Cuts a template at its added tokens, the longest one first where several fit. */
  splitTemplate(template: string): TemplatePart[] {
    const parts: TemplatePart[] = [];
    let rest = template;
    while (rest !== '') {
      const found = this.#nextAdded(rest);
      const text = found === undefined ? rest : rest.slice(0, found.at);
      if (text !== '') parts.push({ text });
      if (found === undefined) break;
      parts.push({ tokenId: this.tokenId(found.content) });
      rest = rest.slice(found.at + found.content.length);
    }
    return parts;
  }

  #nextAdded(text: string): { readonly at: number; readonly content: string } | undefined {
    for (let at = text.indexOf('<'); at !== -1; at = text.indexOf('<', at + 1)) {
      for (let end = text.lastIndexOf('>'); end > at; end = text.lastIndexOf('>', end - 1)) {
        const content = text.slice(at, end + 1);
        if (this.#added.has(content)) return { at, content };
      }
    }
    return undefined;
  }
}

function badTokenizer(what: string, cause?: unknown): NativaError {
  const message = `The bundle's tokenizer cannot be used: ${what}; get the bundle again.`;
  return new NativaError('BAD_TOKENIZER', message, { cause });
}
