import { en, type Messages } from './en.js';
import { es } from './es.js';

export type { Messages } from './en.js';

/** Languages Nativa speaks. */
export const LANGUAGES = ['en', 'es'] as const;
export type Language = (typeof LANGUAGES)[number];

const CATALOGUES: Readonly<Record<Language, Messages>> = { en, es };

/** What an error is about in the person's language, and its sentence, which is English, in full. */
export function titled(title: string | undefined, message: string): string {
  return title === undefined ? message : `${title} (${message.replace(/\.$/, '')})`;
}

/** Messages of one language. */
export function messagesFor(language: Language): Messages {
  return CATALOGUES[language];
}

/**
 * The language a locale such as `es_ES.UTF-8` or `es-MX` asks for; English where it is another.
 */
export function languageOf(locale: string | undefined): Language {
  const code = locale?.slice(0, 2).toLowerCase();
  return LANGUAGES.find((language) => language === code) ?? 'en';
}

/** The language of the person's environment: LC_ALL, LC_MESSAGES, LANG, in POSIX order. */
export function environmentLanguage(env: NodeJS.ProcessEnv = process.env): Language {
  return languageOf([env.LC_ALL, env.LC_MESSAGES, env.LANG].find((value) => value));
}
