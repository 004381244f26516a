/** The application's TypeScript and the studio's page, built when something of theirs changed. */
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SetupError, readJson, root, say } from '../program.mjs';

const cacheDir = join(root, '.cache');
const distDir = join(root, 'dist');
const buildStamp = join(distDir, '.nativa-build.json');
const pageDir = join(distDir, 'renderer');
const pageStamp = join(pageDir, '.nativa-build.json');
const pageConfig = join(root, 'vite.renderer.config.ts');

/** Folders compiled to dist/, and what in them is not the application's TypeScript. */
const sourceRoots = ['main', 'native-models', 'preload', 'test/bench'];
const notSources = new Set([join('native-models', 'recipe'), join('native-models', 'starter')]);

/** What the page is built from: all of these folders, and these files. */
const pageRoots = ['renderer', 'assets', 'preload'];
const pageFiles = [
  'vite.renderer.config.ts',
  'tools/icons.mjs',
  'tools/licences.mjs',
  'package-lock.json',
];

/** Electron runs a sandboxed preload as CommonJS in one file. */
const preloadSource = join('preload', 'index.ts');
const preloadTarget = join('preload', 'index.cjs');

const isSource = (name) => /\.ts$/.test(name) && !/\.d\.ts$/.test(name);

/** Every wanted file below a folder, relative to the root. */
function listFiles(folder, isWanted, found = []) {
  const path = join(root, folder);
  if (!existsSync(path)) return found;
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    const name = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (!notSources.has(name)) listFiles(name, isWanted, found);
    } else if (isWanted(entry.name)) found.push(name);
  }
  return found;
}

/** Files, and a hash that changes when one of them does. */
function keyOf(files) {
  const hash = createHash('sha256').update(readFileSync(fileURLToPath(import.meta.url)));
  for (const name of files) {
    const { mtimeMs, size } = statSync(join(root, name));
    hash.update(`${name}:${size}:${mtimeMs}\n`);
  }
  return { files, hash: hash.digest('hex') };
}

function sourcesKey() {
  return keyOf(sourceRoots.flatMap((folder) => listFiles(folder, isSource)));
}

/** Whether dist/ is what the sources say. */
export function isBuilt() {
  return readJson(buildStamp)?.sources === sourcesKey().hash;
}

function pageKey() {
  const folders = pageRoots.flatMap((folder) => listFiles(folder, () => true));
  return keyOf([...folders, ...pageFiles.filter((name) => existsSync(join(root, name)))]);
}

/** Whether the studio's page is what its sources say. */
export function isPageBuilt() {
  return !existsSync(pageConfig) || readJson(pageStamp)?.sources === pageKey().hash;
}

/**
 * Strips the types file by file. Types are checked by `npm test`; here the second they take would be
 * paid at each start after a change. The new folder takes the old one's place in one rename, so an
 * interrupted build leaves what was there.
 */
export async function build() {
  const { files, hash } = sourcesKey();
  say(`building ${files.length} files ...`);
  const fresh = join(cacheDir, `dist-${process.pid}`);
  try {
    const { build: compile } = createRequire(join(root, 'package.json'))('esbuild');
    const common = {
      absWorkingDir: root,
      platform: 'node',
      target: 'node20',
      sourcemap: true,
      logLevel: 'silent',
    };
    await compile({
      ...common,
      entryPoints: files.filter((name) => name !== preloadSource),
      outdir: fresh,
      outbase: '.',
      format: 'esm',
    });
    if (files.includes(preloadSource)) {
      await compile({
        ...common,
        entryPoints: [preloadSource],
        outfile: join(fresh, preloadTarget),
        bundle: true,
        format: 'cjs',
        external: ['electron'],
      });
    }
    writeFileSync(join(fresh, relative(distDir, buildStamp)), JSON.stringify({ sources: hash }));
    // The page is built apart: it stays as it is, and its own stamp tells whether that will do.
    if (existsSync(pageDir)) renameSync(pageDir, join(fresh, relative(distDir, pageDir)));
    replaceFolder(fresh, distDir);
  } catch (error) {
    throw buildError(error);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}

/** Builds the studio's page, which replaces the old one in one rename as well. */
export async function buildPage() {
  const { hash } = pageKey();
  say('building the studio ...');
  const fresh = join(cacheDir, `renderer-${process.pid}`);
  try {
    const { build: bundle } = await import('vite');
    await bundle({
      configFile: pageConfig,
      build: { outDir: fresh, emptyOutDir: true },
      logLevel: 'silent',
    });
    writeFileSync(join(fresh, relative(pageDir, pageStamp)), JSON.stringify({ sources: hash }));
    replaceFolder(fresh, pageDir);
  } catch (error) {
    throw buildError(error);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}

function replaceFolder(fresh, target) {
  const old = join(cacheDir, `old-${process.pid}`);
  mkdirSync(dirname(target), { recursive: true });
  try {
    if (existsSync(target)) renameSync(target, old);
    renameSync(fresh, target);
  } finally {
    rmSync(old, { recursive: true, force: true });
  }
}

function buildError(error) {
  const first = error?.errors?.[0];
  const place = first?.location ?? error?.loc;
  const where = place?.file ? `${place.file}:${place.line}: ` : '';
  return new SetupError(`build failed: ${where}${first?.text ?? error.message}`);
}
