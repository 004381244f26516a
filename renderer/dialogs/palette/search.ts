/** Finding commands by a few letters of their titles. */

/** How well a title answers; `at` are the places of the letters that were found. */
export interface Match {
  readonly score: number;
  readonly at: readonly number[];
}

/** Something with a title, and words that it is also found by. */
export interface Entry<Id extends string> {
  readonly id: Id;
  readonly title: string;
  readonly also: string;
  /** Words that nobody sees: what else it is called. */
  readonly words?: string;
  readonly enabled: boolean;
}

export interface Found<Id extends string> extends Entry<Id> {
  /** Places of the letters that were found in the title. */
  readonly at: readonly number[];
}

const START = 100;
const WORD = 80;
const INITIALS = 60;
const WITHIN = 50;
const SCATTERED = 20;
/** Another name of it, of which at least the beginnings of the words were typed. */
const NAMED = 45;
/** What words beside the title are worth less. */
const BESIDE = 30;
/** What a command that cannot be run now is worth less. */
const DISABLED = 40;
/** What one of the last few commands is worth more. */
const RECENT = 12;

/** Letters as they are compared: no capitals, no accents; as many as there were. */
export function fold(text: string): string {
  return Array.from(
    text.normalize('NFC'),
    (letter) => letter.normalize('NFD').charAt(0).toLowerCase() || letter,
  ).join('');
}

function isWordStart(text: string, at: number): boolean {
  return at === 0 || !/[\p{L}\p{N}]/u.test(text.charAt(at - 1));
}

/** Letters that follow one another or begin a word, such as `nela` in New Layer. */
function initials(text: string, term: string, from: number, last: number): number[] | null {
  const [letter] = term;
  if (letter === undefined) return [];
  for (let at = text.indexOf(letter, from); at >= 0; at = text.indexOf(letter, at + 1)) {
    if (at !== last + 1 && !isWordStart(text, at)) continue;
    if (last < 0 && !isWordStart(text, at)) continue;
    const rest = initials(text, term.slice(1), at + 1, at);
    if (rest) return [at, ...rest];
  }
  return null;
}

/** Letters in their order, the first at the beginning of a word. */
function scattered(text: string, term: string): number[] | null {
  const at: number[] = [];
  for (const letter of term) {
    let next = text.indexOf(letter, (at.at(-1) ?? -1) + 1);
    while (at.length === 0 && next >= 0 && !isWordStart(text, next)) {
      next = text.indexOf(letter, next + 1);
    }
    if (next < 0) return null;
    at.push(next);
  }
  return at;
}

function run(from: number, length: number): number[] {
  return Array.from({ length }, (_, index) => from + index);
}

function matchTerm(text: string, term: string): Match | null {
  let within = -1;
  for (let at = text.indexOf(term); at >= 0; at = text.indexOf(term, at + 1)) {
    if (isWordStart(text, at)) {
      return { score: at === 0 ? START : WORD, at: run(at, term.length) };
    }
    if (within < 0) within = at;
  }
  const short = initials(text, term, 0, -1);
  if (short) return { score: INITIALS, at: short };
  if (within >= 0) return { score: WITHIN, at: run(within, term.length) };
  const loose = scattered(text, term);
  if (!loose) return null;
  const spread = (loose.at(-1) ?? 0) - (loose[0] ?? 0) - loose.length;
  return { score: Math.max(1, SCATTERED - spread), at: loose };
}

/** How a text answers a query, of which all words have to be found; null where it does not. */
export function match(text: string, query: string): Match | null {
  const folded = fold(text);
  const terms = fold(query).split(/\s+/).filter(Boolean);
  let score = -folded.length / 10;
  const at = new Set<number>();
  for (const term of terms) {
    const found = matchTerm(folded, term);
    if (!found) return null;
    score += found.score / terms.length;
    for (const place of found.at) at.add(place);
  }
  return { score, at: [...at].sort((a, b) => a - b) };
}

/** Whether each word of a query begins a word of a text; of many words letters say too little. */
function namedBy(text: string, query: string): boolean {
  const words = fold(text).split(/[^\p{L}\p{N}:]+/u);
  const terms = fold(query).split(/\s+/).filter(Boolean);
  return terms.every((term) => words.some((word) => word.startsWith(term)));
}

function answer<Id extends string>(
  { title, also, words = '' }: Entry<Id>,
  query: string,
): Match | null {
  const own = match(title, query);
  // A few letters that stand in a title somewhere say less than another name of the command.
  if (own && own.score > SCATTERED) return own;
  if (words !== '' && namedBy(`${title} ${also} ${words}`, query)) return { score: NAMED, at: [] };
  if (own) return own;
  const wide = match(`${title} ${also}`, query);
  return wide && { score: wide.score - BESIDE, at: wide.at.filter((at) => at < title.length) };
}

/**
 * The entries that answer a query, the best first; without a query all of them. What was used
 * lately (`recent`, the latest first) comes first among equals, and first of all without a query.
 */
export function search<Id extends string>(
  entries: readonly Entry<Id>[],
  query: string,
  recent: readonly Id[],
): readonly Found<Id>[] {
  const places = new Map(recent.map((id, place) => [id, place]));
  if (query.trim() === '') {
    const place = ({ id }: Entry<Id>): number => places.get(id) ?? recent.length;
    return entries.toSorted((a, b) => place(a) - place(b)).map((entry) => ({ ...entry, at: [] }));
  }
  return entries
    .flatMap((entry) => {
      const found = answer(entry, query);
      if (!found) return [];
      const place = places.get(entry.id);
      const lately = place === undefined ? 0 : Math.max(1, RECENT - place);
      const score = found.score + lately - (entry.enabled ? 0 : DISABLED);
      return [{ score, found: { ...entry, at: found.at } }];
    })
    .sort((a, b) => b.score - a.score)
    .map(({ found }) => found);
}

/** A title in pieces, found letters apart from the others. */
export function pieces(
  title: string,
  at: readonly number[],
): readonly { readonly text: string; readonly found: boolean }[] {
  const places = new Set(at);
  const parts: { text: string; found: boolean }[] = [];
  Array.from(title.normalize('NFC')).forEach((letter, place) => {
    const found = places.has(place);
    const last = parts.at(-1);
    if (last?.found === found) last.text += letter;
    else parts.push({ text: letter, found });
  });
  return parts;
}
