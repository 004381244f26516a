/** The language of the studio: `t` gives its words, and components follow when it changes. */
import { en, type MessageKey } from './en/index.js';
import { enKeys } from './en/keys.js';
import { enWords, type CommandWords } from './en/words.js';
import { es } from './es/index.js';
import { esKeys } from './es/keys.js';
import { esWords } from './es/words.js';

export type { MessageKey } from './en/index.js';
export type Language = 'en' | 'es';
/** Values for the {names} in a message. */
export type MessageParams = Readonly<Record<string, string | number>>;

const CATALOGUES: Readonly<Record<Language, Readonly<Record<MessageKey, string>>>> = { en, es };

class Locale {
  #language = $state<Language>('en');

  get language(): Language {
    return this.#language;
  }

  set language(language: Language) {
    this.#language = language;
    document.documentElement.lang = language;
  }

  /** What stands before the parts of a whole. */
  get decimal(): '.' | ',' {
    return this.#language === 'es' ? ',' : '.';
  }

  /** A number as people of this language write it. */
  number(value: number, digits = 0): string {
    return value.toLocaleString(this.#language, { maximumFractionDigits: digits });
  }

  /** Bytes as kB, MB or GB. */
  bytes(value: number): string {
    if (value >= 1e9) return `${this.number(value / 1e9, 1)} GB`;
    return value < 1e6
      ? `${this.number(Math.max(1, value / 1e3))} kB`
      : `${this.number(value / 1e6, 1)} MB`;
  }
}

export const locale = new Locale();

/** A message in the person's language. */
export function t(key: MessageKey, params: MessageParams = {}): string {
  return CATALOGUES[locale.language][key].replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = params[name];
    return value === undefined ? whole : String(value);
  });
}

const WORDS: Readonly<Record<Language, CommandWords>> = { en: enWords, es: esWords };

/**
 * What a command is also called, and its title in the other language: who works in one often knows
 * the words of another program.
 */
export function commandWords(id: keyof CommandWords): string {
  const { language } = locale;
  const other = language === 'en' ? es : en;
  return `${WORDS[language][id] ?? ''} ${other[`command.${id}`]}`;
}

/** What stands on the keys of a board of the person's language. */
export function keyNames(): Readonly<Record<string, string>> {
  return locale.language === 'es' ? esKeys : enKeys;
}

/** Whether there is a message of this name. */
export function isMessage(key: string): key is MessageKey {
  return Object.hasOwn(en, key);
}
