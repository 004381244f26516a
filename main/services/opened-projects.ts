/** Projects that were opened, by the id that stands for the blob of all their tiles. */
import { newId } from './blobs.js';
import type { LazyTiles } from './documents/index.js';

export class OpenedProjects {
  readonly #open = new Map<string, LazyTiles>();

  /** @returns its id */
  add(project: LazyTiles): string {
    const id = newId();
    this.#open.set(id, project);
    return id;
  }

  /** One by its id; undefined where none is. */
  find(id: string): LazyTiles | undefined {
    return this.#open.get(id);
  }

  /** Whoever opened it needs it no more; others may. Ids that are not there are left alone. */
  drop(ids: Iterable<string>): void {
    for (const id of ids) {
      this.#open.get(id)?.release();
      this.#open.delete(id);
    }
  }
}
