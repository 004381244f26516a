/**
 * The files that electron-builder.yml puts into a package, worked out without electron-builder or
 * Electron, and whether they are the right ones: `node tools/packed-files.mjs [--linux|--win|--mac]
 * [--x64|--arm64] [--list]`, by default for this system and each of its processors.
 */
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parsePattern, takesIn } from './globs.mjs';
import { SetupError, root, runTool } from './program.mjs';
import { setUp } from './setup.mjs';
import { parseYaml } from './yaml.mjs';

/** Names of the systems in the configuration, and Node's. */
export const SYSTEMS = { linux: 'linux', win: 'win32', mac: 'darwin' };

/** Folders that are no part of the sources, whatever lies in them. */
const SKIPPED = new Set(['.git', '.cache', 'node_modules', '.venv', 'coverage', 'work']);

/** The configuration. */
export function readConfig() {
  return parseYaml(readFileSync(join(root, 'electron-builder.yml'), 'utf8'));
}

/** Folders of the packages that the app needs when it runs, by the lockfile. */
export function neededPackages() {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  return Object.entries(packages)
    .filter(([name, { dev, devOptional }]) => name !== '' && !dev && !devOptional)
    .map(([folder, { optional = false }]) => ({ folder, optional }));
}

function walk(folder, skipped, found = []) {
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
    const path = posix.join(folder, entry.name);
    if (entry.isFile()) found.push(path);
    else if (entry.isDirectory() && !skipped.has(entry.name)) walk(path, skipped, found);
  }
  return found;
}

/** All files that could be packed, with slashes, relative to the root. */
export function presentFiles() {
  const present = neededPackages().filter(({ folder }) => existsSync(join(root, folder)));
  const outer = present.filter(({ folder }) => folder.lastIndexOf('node_modules/') === 0);
  return [...walk('.', SKIPPED), ...outer.flatMap(({ folder }) => walk(folder, new Set(['.bin'])))];
}

/** Patterns of the whole and of one system, with the processor filled in. */
function patternsOf(config, system, arch, key) {
  const list = [config[key] ?? [], config[system]?.[key] ?? []].flat();
  return list.map((text) => text.replaceAll('${arch}', arch));
}

/**
 * Which files would be packed. As electron-builder does it: patterns choose among the project's own
 * files; of the packages that are needed all goes in but what is negated.
 */
export function packedFiles({ config, system, arch, files }) {
  const texts = patternsOf(config, system, arch, 'files');
  const own = ['!**/node_modules/**', ...texts].map(parsePattern);
  const others = ['**/*', ...texts.filter((text) => text.startsWith('!'))].map(parsePattern);
  const chosen = (path) => takesIn(path.startsWith('node_modules/') ? others : own, path);
  return files.filter(chosen).toSorted();
}

/** Libraries and weights, which systems load themselves. */
const LOADED = /\.(?:node|dll|dylib|so(?:\.[\d.]+)?|safetensors)$/;
const NATIVE = /\.(?:node|dll|dylib|so(?:\.[\d.]+)?)$/;

/** Where native libraries of a system may lie. */
function nativeFolders(platform, archs) {
  const folders = archs.map(
    (arch) => `node_modules/onnxruntime-node/bin/napi-v6/${platform}/${arch}/`,
  );
  for (const arch of archs) {
    folders.push(`node_modules/@img/sharp-${platform}-${arch}/`);
    folders.push(`node_modules/@img/sharp-libvips-${platform}-${arch}/`);
  }
  return folders;
}

/** What does not belong into a package, and what it is. */
const UNWANTED = [
  [/^native-models\/recipe\/|\.py$|(?:^|\/)__pycache__\//, 'of the recipe'],
  [/^(?:test|dist\/test)\/|\.test\.[cm]?[jt]s$|\/__tests__\//, 'a test'],
  [/\.map$/, 'a source map'],
  [/\.(?:[cm]?ts|svelte|cc|gyp)$/, 'a source'],
  [
    /^(?:main|preload|renderer|tools|docs|assets)\/|^native-models\/(?:graphs|bundle)\//,
    'a source',
  ],
  [/(?:^|\/)(?:\.env|\.npmrc|\.git[^/]*|\.nativa-build\.json)$/, 'for developers'],
];

/** What is missing of native libraries, each with what to do about it. */
function missingNatives(packed, platform, archs) {
  const has = (pattern) => packed.some((path) => pattern.test(path));
  const found = [];
  for (const arch of archs) {
    // onnxruntime is made for no Intel Mac.
    const models = platform !== 'darwin' || arch === 'arm64';
    const bin = `^node_modules/onnxruntime-node/bin/napi-v6/${platform}/${arch}/`;
    const library = {
      linux: 'libonnxruntime\\.so',
      win32: 'onnxruntime\\.dll',
      darwin: 'libonnx.*dylib',
    };
    if (models && !has(new RegExp(`${bin}onnxruntime_binding\\.node$`)))
      found.push(`onnxruntime for ${platform}-${arch} is missing: npm ci`);
    if (models && !has(new RegExp(bin + library[platform])))
      found.push(`onnxruntime's library for ${platform}-${arch} is missing: npm ci`);
    const [sharp, vips] = ['sharp', 'sharp-libvips'].map(
      (name) => `^node_modules/@img/${name}-${platform}-${arch}/lib/`,
    );
    const whole =
      has(new RegExp(`${sharp}.*\\.node$`)) &&
      (platform === 'win32' ? has(new RegExp(`${sharp}.*\\.dll$`)) : has(new RegExp(vips)));
    if (!whole) {
      const libc = platform === 'linux' ? ' --libc=glibc' : '';
      const cpus = '--cpu=x64 --cpu=arm64';
      found.push(
        `sharp for ${platform}-${arch} is missing: npm install --no-save --os=${platform} ${cpus}${libc} sharp`,
      );
    }
  }
  return found;
}

/** Files without which the app does not start. @param config see `readConfig` */
function needed(config, read) {
  const model = 'native-models/starter/';
  const manifest = JSON.parse(read(`${model}bundle.json`));
  return [
    ...['package.json', 'LICENSE', config.extraMetadata.main, 'dist/preload/index.cjs'],
    ...['dist/main/engine/host.js', 'dist/main/engine/images/svg-process.js'],
    'dist/main/services/packs/worker.js',
    ...['dist/main/services/probe-provider.js', 'dist/renderer/index.html'],
    ...['dist/renderer/icon.png', 'dist/renderer/licences.json', `${model}bundle.json`],
    ...Object.keys(manifest.files).map((name) => model + name),
  ];
}

/** Imports of what may be a module's name; other texts follow these words too. */
const IMPORT =
  /\b(?:from|import)\s*\(?\s*["'](\.{1,2}\/[\w./-]+|(?:@[\w.-]+\/)?[a-z][\w./:-]*)["']/g;

/** What compiled files import, and is not there. */
function missingImports(packed, read) {
  const there = new Set(packed);
  const missing = new Set();
  const code = packed.filter((path) =>
    /^dist\/(?:main|preload|native-models)\/.*\.c?js$/.test(path),
  );
  for (const path of code) {
    for (const [, name] of read(path).matchAll(IMPORT)) {
      if (name.startsWith('.')) {
        const target = posix.join(posix.dirname(path), name);
        if (!there.has(target)) missing.add(`${target}, which ${path} imports, is missing`);
        continue;
      }
      const [scope, rest] = name.split('/');
      const folder = name.startsWith('@') ? `${scope}/${rest}` : scope;
      if (name === 'electron' || name.startsWith('node:') || builtinModules.includes(name))
        continue;
      if (!there.has(`node_modules/${folder}/package.json`))
        missing.add(`${folder}, which ${path} imports, is not packed: it has to be a dependency`);
    }
  }
  return [...missing];
}

/**
 * What is wrong with a list of packed files.
 * @param read text of one of them
 * @param archs processors whose libraries have to be in it
 * @returns a sentence each
 */
export function problems({ config, system, archs, packed, read }) {
  const platform = SYSTEMS[system];
  const there = new Set(packed);
  const found = needed(config, read)
    .filter((path) => !there.has(path))
    .map((path) => `${path} is missing`);
  for (const kind of ['js', 'css']) {
    const inPage = new RegExp(`^dist/renderer/assets/.*\\.${kind}$`);
    if (!packed.some((path) => inPage.test(path))) found.push(`the page has no .${kind} file`);
  }
  for (const { folder, optional } of neededPackages()) {
    if (!optional && !there.has(`${folder}/package.json`)) found.push(`${folder} is missing`);
  }
  found.push(...missingNatives(packed, platform, archs), ...missingImports(packed, read));
  const folders = nativeFolders(platform, archs);
  const unpacked = config.asarUnpack.map(parsePattern);
  for (const path of packed) {
    const what = UNWANTED.find(([pattern]) => pattern.test(path))?.[1];
    if (what !== undefined) found.push(`${path} is ${what}`);
    const foreign = NATIVE.test(path) && !folders.some((folder) => path.startsWith(folder));
    if (foreign) found.push(`${path} is of another system`);
    if (LOADED.test(path) && !takesIn(unpacked, path)) found.push(`${path} stays in the archive`);
  }
  return found;
}

/** Processors whose libraries a package has to have: a universal one has both. */
export function archsOf(config, system) {
  const archs = new Set(config[system].target.flatMap(({ arch }) => arch));
  return archs.has('universal') ? [['x64', 'arm64']] : [...archs].map((arch) => [arch]);
}

/**
 * Checks the packages of a system as they would be made of what is on this disk.
 * @param only of these processors; all that the configuration names, if absent
 * @returns for each package its processors, files and problems
 */
export function checkPackages(system, only) {
  const config = readConfig();
  const files = presentFiles();
  const read = (path) => readFileSync(join(root, path), 'utf8');
  return archsOf(config, system)
    .map((archs) => archs.filter((arch) => only === undefined || only.includes(arch)))
    .filter((archs) => archs.length > 0)
    .map((archs) => {
      const packed = packedFiles({ config, system, arch: archs[0], files });
      return { archs, packed, problems: problems({ config, system, archs, packed, read }) };
    });
}

/** The system that a command line names, or this one. */
export function askedSystem(words) {
  const own = Object.keys(SYSTEMS).find((name) => SYSTEMS[name] === process.platform);
  return Object.keys(SYSTEMS).find((name) => words.includes(`--${name}`)) ?? own ?? 'linux';
}

/** Prints what was found. @returns whether all is as it should be */
export function report(system, checks, list = false) {
  for (const { archs, packed, problems: found } of checks) {
    if (list) process.stdout.write(`${packed.join('\n')}\n`);
    const bytes = packed.reduce((sum, path) => sum + statSync(join(root, path)).size, 0);
    const size = `${packed.length} files, ${Math.round(bytes / 1e6)} MB`;
    process.stdout.write(`${system} ${archs.join('+')}: ${size}, ${found.length} problems\n`);
    for (const problem of found) process.stdout.write(`  ${problem}\n`);
  }
  return checks.every(({ problems: found }) => found.length === 0);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await runTool(async () => {
    await setUp();
    const words = process.argv.slice(2);
    const system = askedSystem(words);
    const archs = ['x64', 'arm64'].filter((arch) => words.includes(`--${arch}`));
    const checks = checkPackages(system, archs.length > 0 ? archs : undefined);
    if (report(system, checks, words.includes('--list'))) return 0;
    throw new SetupError(`a package for ${system} would not be right.`);
  });
}
