/**
 * A document with its history as one JSON text and a list of tiles, and back. What states share is
 * written once.
 */
import { DocumentError } from './errors.js';
import { currentDocument } from './history/tree.js';
import type { HistoryNode, HistoryTree, NodeId } from './history/tree.js';
import { tilesOf } from './layers/held.js';
import { newTile } from './pixels/tiles.js';
import { readBeside, writeBeside } from './serialise/beside.js';
import type { Beside, Pictures, ReadBeside } from './serialise/beside.js';
import {
  FIRST_VERSION,
  READ_BUDGET,
  VERSION,
  WRITE_BUDGET,
  layoutSchema,
  projectSchema,
  stateSchema,
} from './serialise/format.js';
import type { Budget } from './serialise/format.js';
import { chosenStates, readNodes, writeNodes } from './serialise/nodes.js';
import { badProject, entry, readDocuments } from './serialise/read.js';
import type { TileSource } from './serialise/read.js';
import { Store } from './serialise/store.js';
import { Tables } from './serialise/write.js';
import type { StudioDocument } from './types.js';
import type { z } from 'zod';

export { tilesOf } from './layers/held.js';
export type { Beside, Pictures } from './serialise/beside.js';
export type { TileSource } from './serialise/read.js';

/** A tile beside the JSON. */
export interface TileBytes {
  readonly id: number;
  readonly data: Uint8ClampedArray;
}

/** Where a tile is found that is not in memory. */
export interface TileLength {
  readonly id: number;
  readonly bytes: number;
}

/** A released state: as `storeState` wrote it, or as a document whose tiles have no bytes. */
export type Stored = string | StudioDocument;

export interface SerialiseOptions {
  /** What `storeState` gave for a released state, or its document without pixels; states that are not
   * known are left out, unless the same writer wrote them while they were in memory. */
  readonly stored?: (id: NodeId) => Stored | undefined;
  /** How much to write at most; what is missed least is left out. */
  readonly budget?: Partial<Budget>;
}

/** What is written beside a history. */
export interface Besides {
  readonly beside: Beside | null;
  /** Those that nothing names are left out. */
  readonly pictures: Pictures;
}

const NOTHING_BESIDE: Besides = { beside: null, pictures: new Map() };

export interface Serialised {
  readonly json: string;
  /** Tiles in memory, by their ids from the lowest on. */
  readonly tiles: readonly TileBytes[];
  /** Tiles that only released states have, in the same order: the caller keeps their bytes. */
  readonly elsewhere: readonly TileLength[];
}

/**
 * Writes the same history again and again, as it grows: what was written before is remembered, so
 * that writing costs what is new. It remembers states that are released later, too, and holds no
 * pixels.
 */
export class ProjectWriter {
  readonly #store = new Store();
  readonly #stored: (id: NodeId) => Stored | undefined;
  readonly #budget: Budget;
  /** Index of each state's document, and whether it was in memory when that was found. */
  readonly #known = new Map<NodeId, { readonly index: number; readonly live: boolean }>();

  constructor({ stored = () => undefined, budget }: SerialiseOptions = {}) {
    this.#stored = stored;
    this.#budget = { ...WRITE_BUDGET, ...budget };
  }

  /** A document with its history. Marks of gestures are not written. */
  write(tree: HistoryTree, { beside, pictures }: Besides = NOTHING_BESIDE): Serialised {
    const documents = new Map<NodeId, number>();
    for (const node of tree.nodes.values()) {
      const index = this.#documentOf(node);
      if (index !== null) documents.set(node.id, index);
    }
    const chosen = chosenStates(tree, documents, this.#store, this.#budget);
    const nodes = writeNodes(tree, chosen, documents, this.#store);
    const more = writeBeside(beside, pictures, chosen.tables, this.#store);
    const all = chosen.tables.tiles();
    const list = nodes.map((node) => JSON.stringify(node)).join(',\n');
    const head = chosen.tables.head(all, more === '' ? FIRST_VERSION : VERSION);
    const json = `${head},\n"nodes":[${list}],\n"current":${tree.current}${more}}`;
    const tiles = all.flatMap(({ id, data }) => (data ? [{ id, data }] : []));
    const elsewhere = all.flatMap(({ id, bytes, data }) => (data ? [] : [{ id, bytes }]));
    return { json, tiles, elsewhere };
  }

  #documentOf({ id, document }: HistoryNode): number | null {
    const known = this.#known.get(id);
    if (document === null && known?.live === false) return known.index;
    const index = document ? this.#store.document(document) : this.#released(id);
    // What is not stored is as it was when it was written last.
    if (index === null) return known?.index ?? null;
    this.#known.set(id, { index, live: document !== null });
    return index;
  }

  #released(id: NodeId): number | null {
    const stored = this.#stored(id);
    if (stored === undefined) return null;
    return this.#store.document(typeof stored === 'string' ? readState(stored, ghostTile) : stored);
  }
}

/** A document with its history, written once; see `ProjectWriter`. */
export function serialise(
  tree: HistoryTree,
  options: SerialiseOptions = {},
  besides: Besides = NOTHING_BESIDE,
): Serialised {
  return new ProjectWriter(options).write(tree, besides);
}

const NOTHING = new Uint8ClampedArray(0);
/** Stands for a tile whose bytes are not needed. */
const ghostTile: TileSource = (id) => ({ id, data: NOTHING });

/** One state, by the ids its tiles have in this process, to be kept while it is released. */
export function storeState(document: StudioDocument): string {
  const store = new Store();
  const tables = new Tables(store);
  tables.document(store.document(document));
  return `${tables.head(tables.tiles())}}`;
}

/**
 * The document of `storeState`. Its tiles keep their ids: only within the process that stored it.
 * @param tileOf a tile by its id; one in memory is best given as it is, so that it is shared
 * @throws DocumentError BAD_PROJECT
 */
export function readState(json: string, tileOf: TileSource): StudioDocument {
  return entry(readDocuments(check(json, stateSchema), tileOf), 0);
}

/** Which tiles a project or state needs, by their ids from the lowest on. @throws DocumentError */
export function tileLayout(json: string): readonly TileLength[] {
  return check(json, layoutSchema).tiles.map(([id, bytes]) => ({ id, bytes }));
}

/**
 * The history of a project. Tiles get new ids.
 * @param tilesById bytes of a tile by the id that the JSON has for it; they belong to the history
 *   from then on, and a view of a larger buffer keeps all of that in memory
 * @throws DocumentError BAD_PROJECT, NEWER_PROJECT
 */
export function parse(
  json: string,
  tilesById: (id: number) => Uint8ClampedArray | undefined,
): HistoryTree {
  const project = check(json, projectSchema);
  const documents = readDocuments(project, (id, bytes) => {
    const data = tilesById(id);
    return data?.byteLength === bytes ? newTile(data) : undefined;
  });
  return readNodes(project, documents);
}

/** A project of which nothing but the text was read. What it has beside the history is without bytes. */
export interface UnreadProject extends ReadBeside {
  /** All tiles by their new ids, in the order they lie beside the JSON. */
  readonly layout: readonly TileLength[];
  /** Ids of those that the present state has. */
  readonly present: ReadonlySet<number>;
  /** All states but the present one: documents whose tiles have no bytes. */
  readonly released: ReadonlyMap<NodeId, StudioDocument>;
  /**
   * The history with its present state; all others are released.
   * @param tilesById bytes of the present state's tiles, as for `parse`
   * @throws DocumentError BAD_PROJECT
   */
  tree(tilesById: TilesById): HistoryTree;
  /** The history with all its states. @param tilesById of all tiles @throws DocumentError BAD_PROJECT */
  whole(tilesById: TilesById): HistoryTree;
}

type TilesById = (id: number) => Uint8ClampedArray | undefined;

/**
 * Reads the text of a project, so that its present state can be shown before the pixels of others
 * are read. @throws DocumentError BAD_PROJECT, NEWER_PROJECT
 */
export function parseText(json: string): UnreadProject {
  const project = check(json, projectSchema);
  const ghosts = new Map(project.tiles.map(([id]) => [id, newTile(NOTHING)] as const));
  const tree = readNodes(
    project,
    readDocuments(project, (id) => ghosts.get(id)),
  );
  const shown = currentDocument(tree);
  const released = new Map<NodeId, StudioDocument>();
  for (const { id, document } of tree.nodes.values()) {
    if (document && document !== shown) released.set(id, document);
  }
  return {
    ...readBeside(project, (id) => ghosts.get(id)),
    layout: project.tiles.map(([id, bytes]) => ({ id: ghosts.get(id)?.id ?? 0, bytes })),
    present: new Set(tilesOf(shown).map(({ id }) => id)),
    released,
    tree: (tilesById) => {
      const document = readState(storeState(shown), tileFrom(tilesById));
      const nodes = [...tree.nodes].map(
        ([id, node]) => [id, { ...node, document: released.has(id) ? null : document }] as const,
      );
      return { ...tree, nodes: new Map(nodes) };
    },
    whole: (tilesById) => {
      const tileOf = tileFrom(tilesById);
      const read = (id: number, bytes: number) => tileOf(ghosts.get(id)?.id ?? 0, bytes);
      return readNodes(project, readDocuments(project, read));
    },
  };
}

const tileFrom =
  (tilesById: TilesById): TileSource =>
  (id, bytes) => {
    const data = tilesById(id);
    return data?.byteLength === bytes ? { id, data } : undefined;
  };

function check<T extends z.ZodType>(json: string, schema: T): z.output<T> {
  if (json.length > READ_BUDGET.characters) throw badProject('it is too large');
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    throw badProject('it is not JSON', error);
  }
  refuseNewer(value);
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const at = result.error.issues[0]?.path.join('.') ?? '';
  throw badProject(`"${at}" is not as it should be`, result.error);
}

function refuseNewer(value: unknown): void {
  if (typeof value !== 'object' || value === null || !('version' in value)) return;
  if (typeof value.version !== 'number' || value.version <= VERSION) return;
  throw new DocumentError(
    'NEWER_PROJECT',
    'The project was made by a newer version of Nativa; update to open it.',
  );
}
