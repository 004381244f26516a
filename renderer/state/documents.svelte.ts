/** The documents that are open beside each other, in the order of their tabs, and which is shown. */

/** What has to be known of a document here. */
interface Tab {
  /** There is nothing in it, nothing is asked for, and so it can be used for something else. */
  readonly untouched: boolean;
}

export class Documents<T extends Tab> {
  readonly #make: (like: T | null) => T;
  readonly #leaving: () => void;
  #list = $state.raw<readonly T[]>([]);
  #current: T;
  /** Those shown, the latest first. */
  #shown: readonly T[];

  /**
   * @param make an empty document; `like` is the one that was shown before
   * @param leaving told before another one is shown
   */
  constructor(make: (like: T | null) => T, leaving: () => void = () => undefined) {
    this.#make = make;
    this.#leaving = leaving;
    const first = make(null);
    this.#current = $state.raw(first);
    this.#list = [first];
    this.#shown = [first];
  }

  /** All of them, from the first tab to the last; one at least. */
  get list(): readonly T[] {
    return this.#list;
  }

  get current(): T {
    return this.#current;
  }

  /** All of them, the one shown last first. */
  get lastShownFirst(): readonly T[] {
    return this.#shown;
  }

  show(document: T): void {
    if (document === this.#current || !this.#list.includes(document)) return;
    this.#leaving();
    this.#current = document;
    this.#shown = [document, ...this.#shown.filter((other) => other !== document)];
  }

  /** Shows the one so many tabs further on; behind the last comes the first. */
  step(by: number): void {
    const { length } = this.#list;
    const place = (((this.#place(this.#current) + by) % length) + length) % length;
    const next = this.#list[place];
    if (next) this.show(next);
  }

  /**
   * A document for something new, which is shown from now on: an untouched one, the shown one
   * rather than others, or else a new one behind the shown one.
   */
  fresh(): T {
    const unused = this.#current.untouched
      ? this.#current
      : this.#list.find(({ untouched }) => untouched);
    if (unused) {
      this.show(unused);
      return unused;
    }
    const made = this.#make(this.#current);
    const at = this.#place(this.#current) + 1;
    this.#list = [...this.#list.slice(0, at), made, ...this.#list.slice(at)];
    this.#shown = [...this.#shown, made];
    this.show(made);
    return made;
  }

  /** A document for something new behind all others; what is shown stays so. */
  behind(): T {
    const made = this.#make(this.#current);
    this.#list = [...this.#list, made];
    this.#shown = [...this.#shown, made];
    return made;
  }

  /** Takes one away; if it was shown, the next tab is shown, and an empty one if there is none. */
  remove(document: T): void {
    const at = this.#place(document);
    if (at < 0) return;
    const left = this.#list.filter((other) => other !== document);
    const next = left[Math.min(at, left.length - 1)] ?? this.#make(document);
    if (document === this.#current) {
      this.#leaving();
      this.#current = next;
    }
    this.#list = left.length > 0 ? left : [next];
    const shown = this.#shown.filter((other) => other !== document && other !== this.#current);
    this.#shown = [this.#current, ...shown];
  }

  /** Puts a tab to a place, counted without it; beyond the ends it goes to the end. */
  move(document: T, place: number): void {
    const at = this.#place(document);
    const to = Math.max(0, Math.min(this.#list.length - 1, place));
    if (at < 0 || at === to) return;
    const others = this.#list.filter((other) => other !== document);
    this.#list = [...others.slice(0, to), document, ...others.slice(to)];
  }

  /** Puts the shown one's tab so many places further. */
  moveBy(by: number): void {
    this.move(this.#current, this.#place(this.#current) + by);
  }

  #place(document: T): number {
    return this.#list.indexOf(document);
  }
}

/** A name, with a number behind it if it is taken. */
export function untaken(name: string, taken: ReadonlySet<string>): string {
  let free = name;
  for (let number = 2; taken.has(free); number++) free = `${name} ${number}`;
  return free;
}
