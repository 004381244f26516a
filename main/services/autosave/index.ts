/** Work in progress, kept on disk so that a crash costs seconds of it. */
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { NativaError } from '../../../native-models/errors.js';
import type { Opened } from '../../../preload/contract.js';
import { writeFileAtomic } from '../../engine/images/index.js';
import type { LazyTiles } from '../documents/index.js';
import { folders } from '../paths.js';
import {
  DocumentFolder,
  newestState,
  removeFolder,
  stateBefore,
  type PutState,
} from './document-folder.js';
import { KeptTiles } from './kept-tiles.js';
import { isLive, LOCK_FILE, ownLock, readLock } from './lock.js';

/** Work that was found. */
export interface Recovery {
  readonly id: string;
  readonly name: string;
  /** Milliseconds since 1970. */
  readonly savedAt: number;
  readonly width: number;
  readonly height: number;
}

const ID = /^[a-z0-9-]{8,40}$/;
const NO_BYTES = new Uint8Array(0);

/** Where work is kept. */
export function autosaveFolder(): string {
  return join(folders().data, 'autosave');
}

/** Every document's kept states, of this session and of those that have ended. */
export class Autosave {
  /** Documents that this session works on. */
  readonly #own = new Map<string, DocumentFolder>();
  /** The last thing that is being done with each document. */
  readonly #last = new Map<string, Promise<unknown>>();

  constructor(readonly folder: string = autosaveFolder()) {}

  /**
   * Keeps a state of a document, which is this session's from now on. If it fails, the states that
   * were kept before are still there.
   * @param bytes of the tiles that were not kept before, null where there are none
   * @throws NativaError DISK_FULL, AUTOSAVE_TILES_MISSING (give all tiles again), BAD_AUTOSAVE,
   *   AUTOSAVE_IN_USE, OUTPUT_UNWRITABLE
   */
  put(id: string, state: PutState, bytes: Uint8Array | null): Promise<void> {
    return this.#inTurn(id, async () => {
      try {
        const folder = await this.#claim(id);
        await folder.put(state, bytes ?? NO_BYTES);
      } catch (error) {
        throw putError(error);
      }
    });
  }

  /**
   * Keeps tiles for the next state, which would be too many to come with it.
   * @throws NativaError as `put`
   */
  keepTiles(id: string, tiles: PutState['tiles'], bytes: Uint8Array): Promise<void> {
    return this.#inTurn(id, async () => {
      try {
        const folder = await this.#claim(id);
        await folder.keepTiles(tiles, bytes);
      } catch (error) {
        throw putError(error);
      }
    });
  }

  /** Work that nobody is working on, the newest first: what a crash has left. */
  async list(): Promise<Recovery[]> {
    const names = await readdir(this.folder).catch(() => []);
    const found: Recovery[] = [];
    for (const id of names.filter((name) => ID.test(name))) {
      if (await this.#isTaken(id)) continue;
      const state = await newestState(this.#path(id));
      if (state === null) await this.#removeIfEmpty(id);
      else {
        const { name, savedAt, width, height } = state;
        found.push({ id, name, savedAt, width, height });
      }
    }
    return found.sort((a, b) => b.savedAt - a.savedAt);
  }

  /**
   * Opens the newest state, or one so many states before it where that turned out to be damaged.
   * @param add keeps its tiles, none of which is read yet, and says what stands for them
   * @throws NativaError RECOVERY_NOT_FOUND, RECOVERY_DAMAGED
   */
  open(id: string, back: number, add: (tiles: LazyTiles) => string): Promise<Opened> {
    return this.#inTurn(id, async () => {
      const path = this.#path(id);
      if ((await newestState(path)) === null) throw notFound();
      const state = await stateBefore(path, back);
      if (state === null) {
        throw new NativaError(
          'RECOVERY_DAMAGED',
          'Nothing of this work can be read any more; open the last file it was saved to.',
        );
      }
      const { name, project } = state;
      return { kind: 'project', name, project, tiles: add(await KeptTiles.of(path, state)) };
    });
  }

  /**
   * Forgets a document's kept states: it was saved, or nobody wants it. One that is not there is
   * nothing to complain about.
   * @throws NativaError AUTOSAVE_IN_USE
   */
  discard(id: string): Promise<void> {
    return this.#inTurn(id, async () => {
      if (!this.#own.has(id) && (await this.#isTaken(id))) throw inUse();
      this.#own.delete(id);
      await removeFolder(this.#path(id));
    });
  }

  /**
   * Lets documents go that this session works on, without forgetting them: the page they were
   * shown in is gone, and the next one may want them. They are this session's again with the next
   * `put`.
   * @param ids which; all of them if absent
   */
  async release(ids: readonly string[] = [...this.#own.keys()]): Promise<void> {
    for (const id of ids) {
      await this.#inTurn(id, async () => {
        if (!this.#own.delete(id)) return;
        await rm(join(this.#path(id), LOCK_FILE), { force: true });
      });
    }
  }

  /** @throws NativaError RECOVERY_NOT_FOUND for a name that could lead elsewhere */
  #path(id: string): string {
    if (!ID.test(id)) throw notFound();
    return join(this.folder, id);
  }

  /** Does one thing after another with each document. */
  #inTurn<T>(id: string, work: () => Promise<T>): Promise<T> {
    const turn = (this.#last.get(id) ?? Promise.resolve()).catch(() => undefined).then(work);
    this.#last.set(id, turn);
    const forget = (): void => {
      if (this.#last.get(id) === turn) this.#last.delete(id);
    };
    turn.then(forget, forget);
    return turn;
  }

  async #claim(id: string): Promise<DocumentFolder> {
    const own = this.#own.get(id);
    if (own !== undefined) return own;
    const path = this.#path(id);
    if (await this.#isTaken(id)) throw inUse();
    await mkdir(path, { recursive: true });
    await writeFileAtomic(join(path, LOCK_FILE), Buffer.from(JSON.stringify(ownLock())));
    const folder = new DocumentFolder(path);
    this.#own.set(id, folder);
    return folder;
  }

  /** Whether someone works on a document. */
  async #isTaken(id: string): Promise<boolean> {
    if (this.#own.has(id)) return true;
    const lock = await readLock(join(this.#path(id), LOCK_FILE));
    return lock !== null && isLive(lock);
  }

  /** Takes away the folder of an ended session that never had anything to keep. */
  async #removeIfEmpty(id: string): Promise<void> {
    const names = await readdir(this.#path(id)).catch(() => []);
    if (names.some((name) => name.startsWith('state-'))) return;
    await rm(this.#path(id), { recursive: true, force: true }).catch(() => undefined);
  }
}

function notFound(): NativaError {
  return new NativaError(
    'RECOVERY_NOT_FOUND',
    'This work is not kept any more; open the last file it was saved to.',
  );
}

function inUse(): NativaError {
  return new NativaError(
    'AUTOSAVE_IN_USE',
    'This work is open in another window of Nativa; go on there or close it first.',
  );
}

/** A full disk is said in words that fit: nothing was asked to be written. */
function putError(error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'DISK_FULL' || code === 'ENOSPC' || code === 'EDQUOT') {
    return new NativaError(
      'DISK_FULL',
      'The disk is full, so your latest changes are not kept for a crash; free some space.',
      { cause: error },
    );
  }
  if (error instanceof NativaError) return error;
  return new NativaError(
    'OUTPUT_UNWRITABLE',
    `Your latest changes cannot be kept for a crash (${String(code)}); save the project to a file.`,
    { cause: error },
  );
}
