/** The layers of a document as lists of ids, to be rearranged, and layers of them again. */
import type { Layer, LayerId } from '../types.js';

type Parent = LayerId | null;

/** Layers by their ids and where they lie; groups stand for themselves, without what is in them. */
export class Outline {
  readonly #layers = new Map<LayerId, Layer>();
  /** Bottom first; null: the document itself. */
  readonly #lists = new Map<Parent, LayerId[]>([[null, []]]);
  readonly #parents = new Map<LayerId, Parent>();

  constructor(layers: readonly Layer[]) {
    this.#read(layers, null);
  }

  has(id: LayerId): boolean {
    return this.#layers.has(id);
  }

  get(id: LayerId): Layer | undefined {
    return this.#layers.get(id);
  }

  /** All ids, bottom first, a group before what lies in it. */
  ids(): readonly LayerId[] {
    const walk = (parent: Parent): readonly LayerId[] =>
      this.list(parent).flatMap((id) => [id, ...walk(id)]);
    return walk(null);
  }

  /** What lies directly in a group, bottom first. */
  list(parent: Parent): readonly LayerId[] {
    return this.#lists.get(parent) ?? [];
  }

  /** undefined: it is not there. */
  parentOf(id: LayerId): Parent | undefined {
    return this.#parents.get(id);
  }

  /** Whether layers can be put there. */
  isOpen(parent: Parent): boolean {
    return parent === null || this.#layers.get(parent)?.type === 'group';
  }

  /** Whether a layer is another, or lies in it. */
  isWithin(id: Parent, outer: LayerId): boolean {
    for (let at: Parent | undefined = id; at; at = this.#parents.get(at)) {
      if (at === outer) return true;
    }
    return false;
  }

  set(layer: Layer): void {
    this.#layers.set(layer.id, layer);
  }

  /** Puts a layer, new or not, where another one begins; a new group is empty. */
  put(layer: Layer, parent: Parent, index: number): void {
    const old = this.#parents.get(layer.id);
    if (old !== undefined)
      this.#lists.set(
        old,
        this.list(old).filter((id) => id !== layer.id),
      );
    this.#layers.set(layer.id, layer);
    this.#parents.set(layer.id, parent);
    this.#lists.set(parent, this.list(parent).toSpliced(index, 0, layer.id));
  }

  /** Takes a layer away; what lies in it takes its place. */
  dissolve(id: LayerId): void {
    const parent = this.#parents.get(id);
    if (parent === undefined) return;
    const inner = this.list(id);
    const list = this.list(parent);
    this.#lists.set(parent, list.toSpliced(list.indexOf(id), 1, ...inner));
    for (const child of inner) this.#parents.set(child, parent);
    this.#parents.delete(id);
    this.#layers.delete(id);
    this.#lists.delete(id);
  }

  /** The layers as they lie now; lists and groups that are what they were are the same objects. */
  layers(old: readonly Layer[], parent: Parent = null): readonly Layer[] {
    const made: Layer[] = [];
    for (const id of this.list(parent)) {
      const layer = this.#layers.get(id);
      if (layer) made.push(this.#filled(layer));
    }
    const unchanged = made.length === old.length && made.every((layer, i) => layer === old[i]);
    return unchanged ? old : made;
  }

  #filled(layer: Layer): Layer {
    if (layer.type !== 'group') return layer;
    const children = this.layers(layer.children, layer.id);
    return children === layer.children ? layer : { ...layer, children };
  }

  #read(layers: readonly Layer[], parent: Parent): void {
    this.#lists.set(
      parent,
      layers.map(({ id }) => id),
    );
    for (const layer of layers) {
      this.#layers.set(layer.id, layer);
      this.#parents.set(layer.id, parent);
      if (layer.type === 'group') this.#read(layer.children, layer.id);
    }
  }
}
