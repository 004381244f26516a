/** The renderer's built files: what is in the folder at the start is served, nothing else. */
import { readdirSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';
import { NativaError } from '../../../native-models/errors.js';

/** A file that may be sent. */
export interface Asset {
  readonly path: string;
  readonly type: string;
  /** Its name has a hash of its contents in it, so that it never changes. */
  readonly hashed: boolean;
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
};

/** Vite's mark of a hash in a name. */
const HASHED = /-[\w-]{8}\.\w+$/;

/**
 * Every file of the renderer by its path in a URL, `/` for the page itself.
 * @throws NativaError STUDIO_NOT_BUILT
 */
export function findAssets(folder: string): ReadonlyMap<string, Asset> {
  const assets = new Map<string, Asset>();
  for (const entry of listFiles(folder)) {
    const type = TYPES[extname(entry)];
    const name = relative(folder, entry).split(sep).join('/');
    if (type === undefined || name.startsWith('.')) continue;
    assets.set(`/${name}`, { path: entry, type, hashed: HASHED.test(name) });
  }
  const page = assets.get('/index.html');
  if (page !== undefined) return assets.set('/', page);
  throw new NativaError(
    'STUDIO_NOT_BUILT',
    `The studio's files are not in ${folder}; start Nativa with "npm start", which builds them.`,
  );
}

/** Every file below a folder. Electron's archives do not say of an entry what folder it is in. */
function listFiles(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return listFiles(path);
      return entry.isFile() ? [path] : [];
    });
  } catch {
    return [];
  }
}
