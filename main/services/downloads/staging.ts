/** Where a download lies until it is whole: a hidden folder among the models. */
import { mkdir, readFile, rename, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemErrorCode } from '../../../native-models/bundle/index.js';
import { NativaError } from '../../../native-models/errors.js';
import { writeFileAtomic } from '../../engine/images/index.js';
import { isLive, ownLock, readLock } from '../autosave/lock.js';
import { folders } from '../paths.js';
import { explainDisk, noRoom } from './errors.js';
import { planSchema, sizeOf } from './plan.js';
import type { DownloadPlan, PlannedFile } from './plan.js';

const STAGING = '.downloads';
const PLAN_FILE = 'plan.json';
const LOCK_FILE = 'lock.json';
/** What is not whole ends so. */
const PART = '.part';
/** Bytes for what an import writes, and to spare. */
const MARGIN = 4 * 2 ** 20;

/** Models that this process is at. */
const claimed = new Set<string>();

/** A download's own folder. */
export class Staging {
  readonly #root: string;
  /** The model's folder to be, called as the model. */
  readonly folder: string;

  constructor(readonly id: string) {
    this.#root = join(folders().models, STAGING, id);
    this.folder = join(this.#root, id);
  }

  /**
   * Takes the folder for one download.
   * @returns lets go of it
   * @throws NativaError DOWNLOAD_RUNNING, DISK_FULL, FOLDER_UNWRITABLE
   */
  async claim(): Promise<() => Promise<void>> {
    if (claimed.has(this.id)) throw running(this.id);
    claimed.add(this.id);
    const path = join(this.#root, LOCK_FILE);
    try {
      await mkdir(this.folder, { recursive: true });
      if (!(await lock(path))) {
        const other = await readLock(path);
        // One of this process that is not claimed is of an earlier one with the same number.
        if (other !== null && other.pid !== process.pid && isLive(other)) throw running(this.id);
        await rm(path, { force: true });
        if (!(await lock(path))) throw running(this.id);
      }
    } catch (error) {
      claimed.delete(this.id);
      throw explainDisk(folders().models, error);
    }
    return async () => {
      await rm(path, { force: true });
      claimed.delete(this.id);
    };
  }

  /** What was decided when the download began; undefined where none has, or it is damaged. */
  async plan(): Promise<DownloadPlan | undefined> {
    try {
      const text = await readFile(join(this.#root, PLAN_FILE), 'utf8');
      const plan = planSchema.parse(JSON.parse(text));
      return plan.id === this.id ? plan : undefined;
    } catch {
      return undefined;
    }
  }

  /** Keeps what was decided. @throws NativaError DISK_FULL, FOLDER_UNWRITABLE */
  async keepPlan(plan: DownloadPlan): Promise<void> {
    try {
      await mkdir(this.folder, { recursive: true });
      await writeFileAtomic(join(this.#root, PLAN_FILE), Buffer.from(JSON.stringify(plan)));
    } catch (error) {
      throw explainDisk(folders().models, error);
    }
  }

  pathOf({ target }: PlannedFile): string {
    return join(this.folder, target);
  }

  partOf(file: PlannedFile): string {
    return this.pathOf(file) + PART;
  }

  /** Bytes of each file that are here, whole files and parts. */
  async present(files: readonly PlannedFile[]): Promise<number[]> {
    const length = (path: string): Promise<number | undefined> =>
      stat(path).then(
        ({ size }) => size,
        () => undefined,
      );
    return Promise.all(
      files.map(async (file) => {
        if ((await length(this.pathOf(file))) === file.size) return file.size;
        return Math.min(file.size, (await length(this.partOf(file))) ?? 0);
      }),
    );
  }

  /** Takes everything away. */
  async discard(): Promise<void> {
    await rm(this.#root, { recursive: true, force: true });
  }

  /** Puts the whole folder among the models, all at once. @throws NativaError MODEL_EXISTS */
  async install(): Promise<string> {
    const place = join(folders().models, this.id);
    try {
      await rename(this.folder, place);
    } catch (error) {
      const there = await stat(place).catch(() => undefined);
      if (there === undefined) throw explainDisk(folders().models, error);
      const message = `${place} is there already: take it away, and go on.`;
      throw new NativaError('MODEL_EXISTS', message, { cause: error });
    }
    await this.discard();
    return place;
  }
}

function running(id: string): NativaError {
  const message = `"${id}" is being downloaded already: let that finish, or stop it.`;
  return new NativaError('DOWNLOAD_RUNNING', message);
}

/** Writes a lock where there is none. @returns whether there was none */
async function lock(path: string): Promise<boolean> {
  try {
    await writeFile(path, JSON.stringify(ownLock()), { flag: 'wx' });
    return true;
  } catch (error) {
    if (systemErrorCode(error) === 'EEXIST') return false;
    throw error;
  }
}

/** Bytes free for this person on the disk of the models. */
export async function freeBytes(): Promise<number> {
  const { models } = folders();
  await mkdir(models, { recursive: true });
  const { bavail, bsize } = await statfs(models);
  return bavail * bsize;
}

/**
 * Sees that what is still to come has room.
 * @throws NativaError DISK_FULL
 */
export async function checkRoom(files: readonly PlannedFile[], present: number): Promise<void> {
  const needed = sizeOf(files) - present + MARGIN;
  const free = await freeBytes();
  if (needed > free) throw noRoom(folders().models, needed - free);
}
