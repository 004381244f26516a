import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

/** Folders Nativa keeps things in. */
export interface Folders {
  /** What belongs to the person and is kept: models. */
  readonly data: string;
  /** What can be made again: verdicts of verified files, caches. */
  readonly cache: string;
  /** Models put there by the person. */
  readonly models: string;
}

/**
 * The folders of this system and person; `NATIVA_HOME` puts all of them in one place.
 *
 * Linux: XDG base directories; macOS: ~/Library; Windows: LOCALAPPDATA.
 */
export function folders(
  env: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
  home: string = homedir(),
): Folders {
  const { data, cache } = baseFolders(env, platform, home);
  return { data, cache, models: join(data, 'models') };
}

function baseFolders(
  env: NodeJS.ProcessEnv,
  platform: NodeJS.Platform,
  home: string,
): { data: string; cache: string } {
  const own = env.NATIVA_HOME;
  if (own) return { data: own, cache: join(own, 'cache') };
  if (platform === 'darwin') {
    return {
      data: join(home, 'Library', 'Application Support', 'Nativa'),
      cache: join(home, 'Library', 'Caches', 'Nativa'),
    };
  }
  if (platform === 'win32') {
    const local = env.LOCALAPPDATA || join(home, 'AppData', 'Local');
    return { data: join(local, 'Nativa'), cache: join(local, 'Nativa', 'Cache') };
  }
  return {
    data: join(env.XDG_DATA_HOME || join(home, '.local', 'share'), 'nativa'),
    cache: join(env.XDG_CACHE_HOME || join(home, '.cache'), 'nativa'),
  };
}

const packageSchema = z.object({ name: z.literal('nativa'), version: z.string() });

/** Where the application lies, and its version: sources and compiled files differ in depth. */
export function application(): { readonly root: string; readonly version: string } {
  let folder = dirname(fileURLToPath(import.meta.url));
  for (;;) {
    const found = packageSchema.safeParse(readPackage(folder));
    if (found.success) return { root: folder, version: found.data.version };
    const parent = dirname(folder);
    if (parent === folder) throw new Error('The application has no package.json above it');
    folder = parent;
  }
}

function readPackage(folder: string): unknown {
  try {
    return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  } catch {
    return undefined;
  }
}

/**
 * Where files lie that Electron's archive only lists: onnxruntime reads weights itself, and what the
 * archive says of a file is too little to know it again.
 */
export function outsideArchive(folder: string): string {
  return folder.replace(/app\.asar(?=[\\/]|$)/, 'app.asar.unpacked');
}

/** Folder of the models that come with the application. */
export function shippedModels(): readonly string[] {
  return [join(outsideArchive(application().root), 'native-models', 'starter')];
}
