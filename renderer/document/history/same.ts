/** Whether two values of a document say the same; tiles that were read back are other objects. */
import { wordsOf } from '../pixels/words.js';

/** Compares values, lists, maps and tiles by what is in them. */
export function same(one: unknown, other: unknown): boolean {
  if (Object.is(one, other)) return true;
  if (typeof one !== 'object' || typeof other !== 'object' || !one || !other) return false;
  if (one instanceof Uint8ClampedArray) {
    return other instanceof Uint8ClampedArray && sameBytes(one, other);
  }
  if (one instanceof Map) {
    if (!(other instanceof Map) || one.size !== other.size) return false;
    return [...one].every(([key, value]) => other.has(key) && same(value, other.get(key)));
  }
  if (Array.isArray(one) !== Array.isArray(other)) return false;
  return sameFields(one, other);
}

function sameFields(one: object, other: object): boolean {
  if (isTile(one) && isTile(other)) return one.id === other.id || same(one.data, other.data);
  const others = new Map<string, unknown>(Object.entries(other));
  const entries = Object.entries(one);
  if (entries.length !== others.size) return false;
  return entries.every(([key, value]) => others.has(key) && same(value, others.get(key)));
}

function isTile(value: object): value is { id: unknown; data: Uint8ClampedArray } {
  return 'data' in value && value.data instanceof Uint8ClampedArray;
}

function sameBytes(one: Uint8ClampedArray, other: Uint8ClampedArray): boolean {
  if (one.length !== other.length) return false;
  if (one.length % 4 !== 0) return one.every((value, index) => value === other[index]);
  const [words, others] = [wordsOf(one), wordsOf(other)];
  return words.every((value, index) => value === others[index]);
}
