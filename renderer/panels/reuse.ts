/** Lines of long lists that stay the same object while they say the same, so that they are not drawn anew. */

function isSame(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (!Array.isArray(one) || !Array.isArray(other) || one.length !== other.length) return false;
  return one.every((item, index) => item === other[index]);
}

function saysTheSame(one: object, other: object): boolean {
  const [values, others] = [Object.entries(one), Object.entries(other)];
  return (
    values.length === others.length &&
    values.every(([key, value]) => isSame(value, (other as Readonly<Record<string, unknown>>)[key]))
  );
}

export class Reuse<Key, Row extends object> {
  readonly #keyOf: (row: Row) => Key;
  #known = new Map<Key, Row>();

  constructor(keyOf: (row: Row) => Key) {
    this.#keyOf = keyOf;
  }

  /** The rows, those that were there before in place of ones that say the same. */
  of(rows: readonly Row[]): readonly Row[] {
    const kept = rows.map((row) => {
      const before = this.#known.get(this.#keyOf(row));
      return before && saysTheSame(before, row) ? before : row;
    });
    this.#known = new Map(kept.map((row) => [this.#keyOf(row), row]));
    return kept;
  }
}
