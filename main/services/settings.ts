/**
 * The studio's settings in a JSON file. Not kept with `conf`: that checks a file as a whole, so that
 * one bad value throws or empties everything, keeps no copy of a damaged file, and reads a dot in
 * a key, as shortcuts' command names have, as a path.
 */
import { chmod, mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { z } from 'zod';

import { settingsSchema, type Settings } from '../../preload/contract.js';
import { writeFileAtomic } from '../engine/images/index.js';
import { folders } from './paths.js';

export type { Settings } from '../../preload/contract.js';

/** Some of the settings; what is absent or undefined stays as it is. */
export type SettingsChange = { readonly [K in keyof Settings]?: Settings[K] | undefined };

type Fields = Readonly<Record<string, z.ZodType>>;
const FIELDS: Fields = settingsSchema.shape;

/** Where the settings lie. */
export function settingsPath(): string {
  return join(folders().data, 'settings.json');
}

/** What can be kept of a list or table of which some entries are bad; undefined where nothing can. */
function salvage(field: z.ZodType, value: unknown): unknown {
  if (Array.isArray(value)) return value.filter((entry) => field.safeParse([entry]).success);
  if (typeof value !== 'object' || value === null) return undefined;
  return Object.fromEntries(
    Object.entries(value).filter((entry) => field.safeParse(Object.fromEntries([entry])).success),
  );
}

/** Settings from whatever a file holds: what is bad or unknown falls back to its default alone. */
function readSettings(stored: object): Settings {
  const kept: Record<string, unknown> = {};
  const own = new Map<string, unknown>(Object.entries(stored));
  for (const [key, field] of Object.entries(FIELDS)) {
    if (!own.has(key)) continue;
    const value = own.get(key);
    const good = [value, salvage(field, value)].find((one) => field.safeParse(one).success);
    if (good !== undefined) kept[key] = good;
  }
  return settingsSchema.parse(kept);
}

/** Reads a file. @returns 'none' where there is none, 'damaged' where it holds no settings */
async function load(path: string): Promise<Settings | 'none' | 'damaged'> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return 'none';
    return 'damaged';
  }
  try {
    const stored: unknown = JSON.parse(text);
    if (typeof stored === 'object' && stored !== null && !Array.isArray(stored)) {
      return readSettings(stored);
    }
  } catch {
    // a file that was cut or overwritten
  }
  return 'damaged';
}

/** Moves a damaged file aside under the first free number; one that cannot be moved stays. */
async function setAside(path: string): Promise<void> {
  for (let n = 1; n < 1000; n++) {
    const aside = join(dirname(path), `settings.corrupt-${n}.json`);
    if (await stat(aside).catch(() => null)) continue;
    await rename(path, aside).catch(() => undefined);
    return;
  }
}

/** A token is nobody else's to read; writing keeps what a file's permissions are. */
async function makePrivate(path: string): Promise<void> {
  await writeFile(path, '{}', { flag: 'wx', mode: 0o600 }).catch(() => chmod(path, 0o600));
}

/** The settings of this person, kept on disk. */
export class SettingsStore {
  #settings: Settings;
  #last: Promise<unknown> = Promise.resolve();

  private constructor(
    readonly path: string,
    settings: Settings,
    /** Whether the file was damaged, so that the defaults are used and it lies aside. */
    readonly damaged: boolean,
  ) {
    this.#settings = settings;
  }

  /** Reads the settings; a damaged file is set aside as `settings.corrupt-<n>.json`. */
  static async open(path = settingsPath()): Promise<SettingsStore> {
    const loaded = await load(path);
    if (typeof loaded === 'object') return new SettingsStore(path, loaded, false);
    if (loaded === 'damaged') await setAside(path);
    return new SettingsStore(path, settingsSchema.parse({}), loaded === 'damaged');
  }

  get current(): Settings {
    return this.#settings;
  }

  /** The settings once every change that was asked for is in them. */
  async settled(): Promise<Settings> {
    await this.#last.catch(() => undefined);
    return this.#settings;
  }

  /**
   * Changes some settings and writes them. What another window has changed meanwhile is kept.
   * @returns all settings
   * @throws ZodError for values that are none, NativaError OUTPUT_UNWRITABLE, DISK_FULL
   */
  set(change: SettingsChange): Promise<Settings> {
    const next = this.#last.catch(() => undefined).then(() => this.#set(change));
    this.#last = next;
    return next;
  }

  async #set(change: SettingsChange): Promise<Settings> {
    const stored = await load(this.path);
    const base = typeof stored === 'object' ? stored : this.#settings;
    const named = Object.entries(change).filter(
      ([key, value]) => key in FIELDS && value !== undefined,
    );
    const settings = settingsSchema.parse({ ...base, ...Object.fromEntries(named) });
    await mkdir(dirname(this.path), { recursive: true });
    if (settings.hubToken !== '') await makePrivate(this.path);
    await writeFileAtomic(this.path, Buffer.from(`${JSON.stringify(settings, null, 2)}\n`));
    this.#settings = settings;
    return settings;
  }
}
