/** Patterns of electron-builder.yml, as electron-builder reads them; a small part of minimatch. */

/** `{a,b}` written out, innermost first. */
function expandBraces(pattern) {
  const match = /\{([^{}]*)\}/.exec(pattern);
  if (match === null) return [pattern];
  const [whole, inside] = match;
  const before = pattern.slice(0, match.index);
  const after = pattern.slice(match.index + whole.length);
  return inside.split(',').flatMap((choice) => expandBraces(before + choice + after));
}

const TOKENS = /!\(([^()]*)\)|\*\*\/|\/\*\*$|\*\*|\*|\?|[^*?!/]+|./g;
const escaped = (text) => text.replace(/[\\^$.|+()[\]{}]/g, '\\$&');
const ANY = '[^/]*';

function tokenSource(token, choices, rest) {
  if (choices !== undefined) {
    if (rest !== '' && !rest.startsWith('/')) {
      throw new Error(`nothing may follow ${token} in its part of a path`);
    }
    const not = choices.split('|').map((choice) => escaped(choice).replaceAll('*', ANY));
    return `(?!(?:${not.join('|')})(?:/|$))${ANY}`;
  }
  if (token === '**/') return '(?:.*/)?';
  if (token === '/**') return '/.*';
  if (token === '**') return '.*';
  if (token === '*') return ANY;
  if (token === '?') return '[^/]';
  return escaped(token);
}

function sourceOf(pattern) {
  const parts = [...pattern.matchAll(TOKENS)];
  return parts
    .map(({ 0: token, 1: choices, index }) =>
      tokenSource(token, choices, pattern.slice(index + token.length)),
    )
    .join('');
}

/**
 * One pattern, which takes files in, or out where it begins with an exclamation mark. One without
 * magic names a file, or a folder with all that is in it.
 */
export function parsePattern(text) {
  const negated = text.startsWith('!') && !text.startsWith('!(');
  const pattern = negated ? text.slice(1) : text;
  const sources = expandBraces(pattern).map(sourceOf);
  const folder = /[*?{]|!\(/.test(pattern) ? '' : '(?:/.*)?';
  const regex = new RegExp(`^(?:${sources.join('|')})${folder}$`);
  return { negated, matches: (path) => regex.test(path) };
}

/** Whether patterns take a path in: each is asked only where it could change the answer. */
export function takesIn(patterns, path) {
  let taken = false;
  for (const { negated, matches } of patterns) {
    if (taken === negated && matches(path)) taken = !negated;
  }
  return taken;
}
