/**
 * What is kept of one document: several states, each a file, and the tiles they share, in files
 * that are written once and never changed. A state is written after its tiles and takes its place
 * by a rename, so that whenever the program ends, the states before it are whole.
 */
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';

import { NativaError } from '../../../native-models/errors.js';
import { writeFileAtomic } from '../../engine/images/index.js';
import {
  ASIDE_FILE,
  encodeState,
  readState,
  STATE_FILE,
  stateFile,
  TileReader,
  TILES_FILE,
  tilesFile,
  type Place,
  type State,
} from './generation.js';
import { factsOf } from './project.js';

/** A state to be kept. */
export interface PutState {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  /** As `renderer/document/serialise` writes it. */
  readonly project: string;
  /** Tiles that were not kept before, in the order they lie in the bytes. */
  readonly tiles: readonly { readonly id: number; readonly bytes: number }[];
}

/** States that are kept. */
const GENERATIONS = 3;
/** Above this many files of tiles, small ones are put together. */
const MANY_FILES = 64;
const SMALL_FILE = 8 * 1024 * 1024;
const LEFTOVER = /^\.nativa-.*\.tmp$/;

/** @throws NativaError BAD_AUTOSAVE */
function badState(reason: string): NativaError {
  return new NativaError(
    'BAD_AUTOSAVE',
    `This state of the work cannot be kept: ${reason}; save the project to a file.`,
  );
}

/** The folder of one document; its methods must not run at the same time. */
export class DocumentFolder {
  /** Tiles that can be referred to. */
  #places = new Map<number, Place>();
  /** States by number, oldest first; and what is blank. */
  readonly #states = new Map<number, State>();
  #aside: State | null = null;
  #nextState = 1;
  #nextTiles = 1;
  /** Sizes of the files of tiles. */
  readonly #files = new Map<number, number>();
  #loaded = false;

  constructor(readonly path: string) {}

  /** Reads what an earlier session has left, for going on from there. */
  async #load(): Promise<void> {
    if (this.#loaded) return;
    await mkdir(this.path, { recursive: true });
    const names = await readdir(this.path);
    for (const name of names) {
      const file = TILES_FILE.exec(name)?.[1];
      if (file !== undefined) this.#files.set(Number(file), (await stat(this.#in(name))).size);
      if (LEFTOVER.test(name)) await rm(this.#in(name), { force: true });
    }
    for (const n of stateNumbers(names)) {
      this.#nextState = Math.max(this.#nextState, n + 1);
      const state = await readState(this.#in(stateFile(n)));
      // a damaged one is of no use, and must not push out one that is whole
      if (state === null) await rm(this.#in(stateFile(n)), { force: true });
      else this.#states.set(n, state);
    }
    this.#aside = await readState(this.#in(ASIDE_FILE));
    this.#nextTiles = Math.max(0, ...this.#files.keys()) + 1;
    for (const state of this.#all())
      for (const [id, place] of state.tiles) this.#places.set(id, place);
    this.#loaded = true;
  }

  #in(name: string): string {
    return join(this.path, name);
  }

  #all(): State[] {
    return [...(this.#aside === null ? [] : [this.#aside]), ...this.#states.values()];
  }

  /**
   * Keeps a state. If anything fails, all is as it was before.
   * @param bytes of the new tiles, one behind the other
   * @throws NativaError AUTOSAVE_TILES_MISSING where the project refers to tiles that were never
   *   given or are not kept any more: all of them are to be given again; BAD_AUTOSAVE; and what
   *   `writeFileAtomic` throws
   */
  async put(state: PutState, bytes: Uint8Array): Promise<void> {
    await this.#load();
    const facts = factsOf(state.project);
    if (facts === null) throw badState('it is no project');
    const file = this.#nextTiles;
    const places = new Map(this.#places);
    const parts = [bytes];
    const offset = placeTiles(state.tiles, bytes, file, places);
    for (const [id, length] of facts.tiles) {
      if (places.get(id)?.bytes !== length) throw missingTiles();
    }
    const wanted = facts.tiles.map(([id]) => id);
    parts.push(...(await this.#gather(places, wanted, file, offset)));
    await this.#write(state, facts.blank, file, parts, places, wanted);
    this.#places = places;
    await this.#clean();
  }

  /**
   * Keeps tiles that a state to come refers to; they go with the next one that does not.
   * @throws NativaError BAD_AUTOSAVE, DISK_FULL, OUTPUT_UNWRITABLE
   */
  async keepTiles(tiles: PutState['tiles'], bytes: Uint8Array): Promise<void> {
    await this.#load();
    const file = this.#nextTiles;
    const places = new Map<number, Place>();
    placeTiles(tiles, bytes, file, places);
    this.#nextTiles += 1;
    await writeFileAtomic(this.#in(tilesFile(file)), bytes);
    this.#files.set(file, bytes.length);
    for (const [id, place] of places) this.#places.set(id, place);
  }

  /**
   * Tiles of files that are mostly unused, or small and many, move into the new file, so that the
   * old ones can go. @returns their bytes, to be written behind `offset`
   */
  async #gather(
    places: Map<number, Place>,
    wanted: readonly number[],
    file: number,
    offset: number,
  ): Promise<Uint8Array[]> {
    const used = new Map<number, number>();
    for (const id of wanted) {
      const place = places.get(id);
      if (place) used.set(place.file, (used.get(place.file) ?? 0) + place.bytes);
    }
    const many = this.#files.size > MANY_FILES;
    const leaving = new Set<number>();
    for (const [number, size] of this.#files) {
      const live = used.get(number) ?? 0;
      if (live > 0 && (live < size / 2 || (many && size < SMALL_FILE))) leaving.add(number);
    }
    const moved: Uint8Array[] = [];
    const reader = new TileReader(this.path);
    for (const id of wanted) {
      const place = places.get(id);
      if (place === undefined || !leaving.has(place.file)) continue;
      const tile = new Uint8Array(place.bytes);
      if (!(await reader.read(place, tile))) continue;
      places.set(id, { ...place, file, offset });
      moved.push(tile);
      offset += tile.length;
    }
    await reader.close();
    return moved;
  }

  async #write(
    { name, width, height, project }: PutState,
    blank: boolean,
    file: number,
    parts: readonly Uint8Array[],
    places: ReadonlyMap<number, Place>,
    wanted: readonly number[],
  ): Promise<void> {
    const tiles = wanted.flatMap((id) => {
      const place = places.get(id);
      return place === undefined ? [] : [[id, place] as [number, Place]];
    });
    const state: State = { name, width, height, savedAt: Date.now(), project, tiles };
    const size = parts.reduce((sum, part) => sum + part.length, 0);
    // the number is used up even where writing fails, so that no place can mean another file
    this.#nextTiles += 1;
    const path = this.#in(tilesFile(file));
    try {
      if (size > 0) {
        const [first] = parts;
        await writeFileAtomic(path, first?.length === size ? first : Buffer.concat(parts));
        this.#files.set(file, size);
      }
      const target = blank ? ASIDE_FILE : stateFile(this.#nextState);
      await writeFileAtomic(this.#in(target), encodeState(state));
    } catch (error) {
      await rm(path, { force: true }).catch(() => undefined);
      this.#files.delete(file);
      throw error;
    }
    if (blank) this.#aside = state;
    else this.#states.set(this.#nextState++, state);
  }

  /** Takes away old states and the tiles that only they had. What cannot be deleted stays. */
  async #clean(): Promise<void> {
    const numbers = [...this.#states.keys()].sort((a, b) => a - b);
    for (const n of numbers.slice(0, -GENERATIONS)) {
      this.#states.delete(n);
      await rm(this.#in(stateFile(n)), { force: true }).catch(() => undefined);
    }
    const used = new Set(this.#all().flatMap(({ tiles }) => tiles.map(([, { file }]) => file)));
    for (const file of [...this.#files.keys()].filter((number) => !used.has(number))) {
      await rm(this.#in(tilesFile(file)), { force: true }).catch(() => undefined);
      this.#files.delete(file);
    }
    for (const [id, { file }] of this.#places) if (!this.#files.has(file)) this.#places.delete(id);
  }
}

/** Where tiles of a file lie. @returns its length @throws NativaError BAD_AUTOSAVE */
function placeTiles(
  tiles: PutState['tiles'],
  bytes: Uint8Array,
  file: number,
  places: Map<number, Place>,
): number {
  let offset = 0;
  for (const { id, bytes: length } of tiles) {
    const crc = crc32(bytes.subarray(offset, offset + length));
    places.set(id, { file, offset, bytes: length, crc });
    offset += length;
  }
  if (offset === bytes.length) return offset;
  throw badState('its tiles are not as long as they are said to be');
}

/** Numbers of the states among names, oldest first. */
function stateNumbers(names: readonly string[]): number[] {
  return names
    .flatMap((name) => STATE_FILE.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => a - b);
}

function missingTiles(): NativaError {
  return new NativaError(
    'AUTOSAVE_TILES_MISSING',
    'Parts of the picture were not kept before; all of it has to be kept again.',
  );
}

/** The newest state in a folder that is whole, without looking into its tiles. */
export function newestState(path: string): Promise<State | null> {
  return stateBefore(path, 0);
}

/** The newest state but so many that is whole, without looking into its tiles. */
export async function stateBefore(path: string, back: number): Promise<State | null> {
  let left = back;
  for await (const state of statesOf(path)) if (left-- === 0) return state;
  return null;
}

/** Deletes a document's folder, its states first, so that none is ever left without its tiles. */
export async function removeFolder(path: string): Promise<void> {
  const names = await readdir(path).catch(() => []);
  for (const name of names.filter((one) => STATE_FILE.test(one) || one === ASIDE_FILE)) {
    await rm(join(path, name), { force: true });
  }
  await rm(path, { recursive: true, force: true, maxRetries: 3 });
}

/** Whole states, newest first. */
async function* statesOf(path: string): AsyncGenerator<State> {
  const names = await readdir(path).catch(() => []);
  for (const n of stateNumbers(names).reverse()) {
    const state = await readState(join(path, stateFile(n)));
    if (state !== null) yield state;
  }
}
