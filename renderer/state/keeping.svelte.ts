/** What of an open document is kept with it beside its history. */
import { asksOf } from '../create/asks.js';
import { besideOf, type KeepingBounds } from '../create/keeping.js';
import type { Besides } from '../document/serialise.js';
import type { ConsistencyState } from './consistency.svelte.js';
import type { CreateState } from './create.svelte.js';
import type { Editor } from './editor.svelte.js';
import { isRead, type ReferencePictures } from './pictures.js';

const MIB = 2 ** 20;
/** Of work on disk, and of files: there less of what was put away goes with it. */
const ON_DISK: KeepingBounds = { waiting: 512 * MIB, putAway: 256 * MIB };
const IN_FILE: KeepingBounds = { waiting: 512 * MIB, putAway: 64 * MIB };

/** What is there at one moment: the same things in the same order are the same. */
export type Marks = readonly unknown[];

export function sameMarks(one: Marks | undefined, other: Marks): boolean {
  return one?.length === other.length && other.every((mark, index) => mark === one[index]);
}

/** Stands between the lists. */
const NEXT = null;
const NOTHING: Marks = [NEXT, NEXT, NEXT, ''];

/** What things are kept of. */
interface Keepers {
  readonly editor: Editor;
  readonly create: CreateState;
  readonly consistency: ConsistencyState;
  readonly pictures: ReferencePictures;
}

export class Keeping {
  readonly #of: Keepers;
  /** What the document's file has. */
  #filed = $state.raw<Marks>(NOTHING);
  /** It is being read: what is there now is not all of it. */
  restoring = $state(false);

  constructor(of: Keepers) {
    this.#of = of;
  }

  /** Tells whether something came, went or changed. */
  get marks(): Marks {
    const { create } = this.#of;
    return [...this.#inFiles, ...create.stopped, create.running];
  }

  /** Whether something would be missed. */
  get holds(): boolean {
    return !sameMarks(this.marks, NOTHING);
  }

  /** Whether all of it is in the document's file. */
  get isFiled(): boolean {
    return sameMarks(this.#filed, this.marks);
  }

  /** Whether pictures are on their way, or wait to be chosen from and are in no file. */
  get atStake(): boolean {
    const { create } = this.#of;
    return create.busy || create.sets.some((set) => !this.#filed.includes(set));
  }

  /** Now it is in a file, but for runs. */
  filed(marks: Marks = this.marksOfFile): void {
    this.#filed = marks;
  }

  /** What a file that is written now has. */
  get marksOfFile(): Marks {
    return [...this.#inFiles, ''];
  }

  get #inFiles(): Marks {
    const { create, consistency } = this.#of;
    return [...create.sets, NEXT, ...create.shelf, NEXT, ...consistency.references, NEXT];
  }

  /**
   * @param file for a file of the person's: without runs and what is typed
   * @param gone what lies on the services' disk is not there any more
   */
  take({ file = false, gone = false } = {}): Besides {
    const { editor, create, consistency, pictures } = this.#of;
    const { sets, chosen, marked, jobs, stopped } = create;
    const shelf = create.shelf.map(({ document, ...rest }) => ({
      ...rest,
      last: document === editor.document,
    }));
    const keepsake = {
      begun: editor.document !== null,
      saved: editor.document !== null && !editor.dirty,
      ...{ sets, chosen, marked, shelf },
      runs: file ? [] : [...jobs.map(({ kept }) => kept), ...stopped],
      references: consistency.references.map(({ id: _id, ...reference }) => reference),
      asks: file ? null : asksOf({ create, consistency }),
    };
    const beside = besideOf(keepsake, file ? IN_FILE : ON_DISK);
    const kept = [...pictures.kept].filter(([, raster]) => !gone || isRead(raster));
    return { beside: file && !beside.holds ? null : beside, pictures: new Map(kept) };
  }
}
