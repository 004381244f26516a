/** Command lines of Electron, in which words of its own and of Chromium stand too. */
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

/**
 * The words that may name files: those after the program, and after its script where that is one of
 * them, without switches. Desktops name files by `file:` addresses as well.
 * @param script absolute path of the app's own script
 */
export function fileWords(argv: readonly string[], script: string): string[] {
  const place = argv.findIndex((word) => resolve(word) === script);
  const words = argv.slice(Math.max(0, place) + 1);
  const end = words.indexOf('--');
  const before = end < 0 ? words : words.slice(0, end);
  const after = end < 0 ? [] : words.slice(end + 1);
  return [...before.filter((word) => !word.startsWith('-')), ...after].flatMap(pathOf);
}

function pathOf(word: string): string[] {
  if (!/^file:/i.test(word)) return word === '' ? [] : [word];
  try {
    return [fileURLToPath(word)];
  } catch {
    // Of another machine, or no address at all.
    return [];
  }
}

/**
 * What a second start hands to the first, which does not see its command line as it was typed:
 * Chromium puts words of its own into it and sorts them.
 */
const handedSchema = z.object({ files: z.array(z.string()) });
export type Handed = z.output<typeof handedSchema>;

/** The files that a second start was given, as absolute paths; none where it said none. */
export function handedFiles(data: unknown): readonly string[] {
  const handed = handedSchema.safeParse(data);
  return handed.success ? handed.data.files : [];
}
