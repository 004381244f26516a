/**
 * What `npm start`, `npm test` and `npm run bench` do first: install from the lockfile and build,
 * each only when something changed. Plain Node without dependencies, for a fresh clone has none.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Repository root. */
export const root = join(dirname(fileURLToPath(import.meta.url)), '..');

const cacheDir = join(root, '.cache');
const lockPath = join(cacheDir, 'setup.lock');
const installStamp = join(root, 'node_modules', '.nativa-install.json');
const distDir = join(root, 'dist');
const buildStamp = join(distDir, '.nativa-build.json');
const pageDir = join(distDir, 'renderer');
const pageStamp = join(pageDir, '.nativa-build.json');
const pageConfig = join(root, 'vite.renderer.config.ts');

/** Folders compiled to dist/, and what in them is not the application's TypeScript. */
const sourceRoots = ['main', 'native-models', 'preload', 'test/bench'];
const notSources = new Set([join('native-models', 'recipe'), join('native-models', 'starter')]);

/** What the page is built from: all of these folders, and these files. */
const pageRoots = ['renderer', 'assets'];
const pageFiles = [
  'preload/contract.ts',
  'preload/models.ts',
  'vite.renderer.config.ts',
  'tools/icons.mjs',
];
pageFiles.push('package-lock.json');

/** Electron runs a sandboxed preload as CommonJS in one file. */
const preloadSource = join('preload', 'index.ts');
const preloadTarget = join('preload', 'index.cjs');

/** Commands that open no studio, so that its page need not be built for them. */
const withoutPage = new Set(['generate', 'edit', 'models', 'gpu', 'doctor', 'help']);

const say = (line) => process.stderr.write(`nativa: ${line}\n`);

/** A failure a person can act on; printed as one line without a stack. */
export class SetupError extends Error {
  constructor(message, exitCode = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}

/**
 * Brings node_modules/ and dist/ up to date.
 *
 * @param page whether the studio's page is needed too
 * @throws {SetupError} Node too old, the install or the build failed
 */
export async function setUp({ page = true } = {}) {
  checkNode();
  const ready = () => isInstalled() && isBuilt() && (!page || isPageBuilt());
  if (ready()) return;
  const release = await takeLock();
  try {
    // Another start may have done the work while this one waited.
    if (!isInstalled()) await install();
    if (!isBuilt()) await build();
    if (page && !isPageBuilt()) await buildPage();
  } finally {
    release();
  }
}

/** Whether a command line opens the studio, as far as can be told before commander reads it. */
export function opensStudio(argv) {
  if (argv.some((word) => ['--help', '-h', '--version'].includes(word))) return false;
  return !argv.some((word) => withoutPage.has(word));
}

/** Runs a tool's main function; a SetupError becomes one line on stderr and an exit status. */
export async function runTool(main) {
  try {
    process.exitCode = await main();
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    say(error.message);
    process.exitCode = error.exitCode;
  }
}

/**
 * Runs a program to its end, with Ctrl-C and termination passed on to it.
 *
 * @returns its exit status (128 + n for signal n) and, with `capture`, what it printed
 */
export function runProgram(command, args, { capture = false, ...options } = {}) {
  return new Promise((resolve, reject) => {
    const stdio = capture ? ['ignore', 'pipe', 'pipe'] : 'inherit';
    const child = spawn(command, args, { cwd: root, stdio, ...options });
    let output = '';
    child.stdout?.on('data', (data) => (output += data));
    child.stderr?.on('data', (data) => (output += data));
    let interrupted = 0;
    const forward = (signal, number) => () => {
      interrupted = 128 + number;
      child.kill(signal);
    };
    const handlers = [
      ['SIGINT', forward('SIGINT', 2)],
      ['SIGTERM', forward('SIGTERM', 15)],
      ['SIGHUP', forward('SIGHUP', 1)],
    ];
    for (const [signal, handler] of handlers) process.on(signal, handler);
    const done = () => {
      for (const [signal, handler] of handlers) process.off(signal, handler);
    };
    child.on('error', (error) => {
      done();
      reject(error);
    });
    child.on('close', (code) => {
      done();
      resolve({ code: interrupted || (code ?? 1), interrupted: interrupted !== 0, output });
    });
  });
}

function readJson(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}

/** Understands the forms our engines field uses: "^20.19.0 || ^22.13.0 || >=24.0.0". */
export function nodeSatisfies(version, range) {
  const numbers = (text) => text.split('.').map((part) => Number.parseInt(part, 10) || 0);
  const [major, minor] = numbers(version);
  return range.split('||').some((part) => {
    const match = /^\s*(\^|>=)(\d+(?:\.\d+)*)\s*$/.exec(part);
    if (match === null) return false;
    const [wantMajor, wantMinor = 0] = numbers(match[2]);
    if (major === wantMajor) return minor >= wantMinor;
    return match[1] === '>=' && major > wantMajor;
  });
}

function checkNode() {
  const range = readJson(join(root, 'package.json'))?.engines?.node;
  if (range !== undefined && !nodeSatisfies(process.versions.node, range)) {
    throw new SetupError(
      `Node ${process.versions.node} cannot run Nativa, which needs ${range}: ` +
        'install a newer Node from https://nodejs.org and start again.',
    );
  }
}

function installKey() {
  const lockfile = readFileSync(join(root, 'package-lock.json'));
  return {
    lockfile: createHash('sha256').update(lockfile).digest('hex'),
    platform: `${process.platform}-${process.arch}`,
  };
}

function isInstalled() {
  const stamp = readJson(installStamp);
  const key = installKey();
  if (stamp?.lockfile === key.lockfile && stamp.platform === key.platform) return true;
  return (stamp === undefined || stamp.platform === key.platform) && adoptInstall();
}

/**
 * An install made by hand (`npm ci`, `npm install`) is as good when npm finished it: npm writes its
 * own list of what is in node_modules last, and that list must agree with the lockfile.
 */
function adoptInstall() {
  const wanted = readJson(join(root, 'package-lock.json'))?.packages;
  const present = readJson(join(root, 'node_modules', '.package-lock.json'))?.packages;
  if (wanted === undefined || present === undefined) return false;
  const complete = Object.entries(wanted).every(
    ([name, { version, optional }]) =>
      name === '' || (name in present ? present[name].version === version : optional === true),
  );
  if (complete) writeFileSync(installStamp, JSON.stringify(installKey()));
  return complete;
}

async function install() {
  say('installing dependencies from the lockfile (once; some 300 MB, a minute or two) ...');
  rmSync(installStamp, { force: true });
  const args = ['ci', '--ignore-scripts', '--include=dev', '--prefer-offline'];
  args.push('--no-audit', '--no-fund', '--loglevel=error');
  const { code, interrupted, output } = await runNpm(args);
  if (interrupted) throw new SetupError('interrupted; start again to go on.', code);
  if (code !== 0) throw new SetupError(`dependencies not installed: ${explainNpm(output)}`);
  writeFileSync(installStamp, JSON.stringify(installKey()));
}

function runNpm(args) {
  const options = { capture: true, cwd: root, env: npmEnvironment() };
  const npmScript = process.env.npm_execpath;
  if (npmScript !== undefined && /npm-cli\.[cm]?js$/.test(npmScript)) {
    return runProgram(process.execPath, [npmScript, ...args], options);
  }
  const windows = process.platform === 'win32';
  return runProgram(windows ? 'npm.cmd' : 'npm', args, { ...options, shell: windows });
}

/** A shell's NODE_ENV=production would leave the compiler out. */
function npmEnvironment() {
  const env = { ...process.env };
  delete env.NODE_ENV;
  return env;
}

function explainNpm(output) {
  const lines = output
    .split('\n')
    .map((line) => line.replace(/^npm (error|ERR!)\s*/, '').trim())
    .filter((line) => line !== '' && !line.startsWith('A complete log of this run'));
  if (/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ECONNRESET|ENETUNREACH|EHOSTUNREACH/.test(output))
    return 'the npm registry cannot be reached; check the network (or npm’s proxy) and start again.';
  if (/ENOSPC/.test(output)) return 'the disk is full; free about 1 GB and start again.';
  if (/EACCES|EPERM/.test(output))
    return `npm may not write to ${join(root, 'node_modules')}; check who owns it and start again.`;
  return `${lines.slice(0, 3).join(' ') || 'npm ci failed'} (run "npm ci" to see more).`;
}

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
  const hash = createHash('sha256').update(readFileSync(join(root, 'tools', 'setup.mjs')));
  for (const name of files) {
    const { mtimeMs, size } = statSync(join(root, name));
    hash.update(`${name}:${size}:${mtimeMs}\n`);
  }
  return { files, hash: hash.digest('hex') };
}

function sourcesKey() {
  return keyOf(sourceRoots.flatMap((folder) => listFiles(folder, isSource)));
}

function isBuilt() {
  return readJson(buildStamp)?.sources === sourcesKey().hash;
}

function pageKey() {
  const folders = pageRoots.flatMap((folder) => listFiles(folder, () => true));
  return keyOf([...folders, ...pageFiles.filter((name) => existsSync(join(root, name)))]);
}

function isPageBuilt() {
  return !existsSync(pageConfig) || readJson(pageStamp)?.sources === pageKey().hash;
}

/**
 * Strips the types file by file. Types are checked by `npm test`; here the second they take would be
 * paid at each start after a change. The new folder takes the old one's place in one rename, so an
 * interrupted build leaves what was there.
 */
async function build() {
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
async function buildPage() {
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

/** Waits until no other start is installing or building. @returns a function that lets go */
async function takeLock() {
  mkdirSync(cacheDir, { recursive: true });
  let told = false;
  for (;;) {
    try {
      const lock = openSync(lockPath, 'wx');
      writeSync(lock, String(process.pid));
      closeSync(lock);
      const release = () => rmSync(lockPath, { force: true });
      process.once('exit', release);
      return () => {
        process.off('exit', release);
        release();
      };
    } catch (error) {
      if (error.code !== 'EEXIST') {
        throw new SetupError(`cannot write to ${cacheDir} (${error.code}): check its permissions.`);
      }
    }
    if (isAbandoned()) {
      rmSync(lockPath, { force: true });
      continue;
    }
    if (!told) say('another start is setting up; waiting for it ...');
    told = true;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** A lock whose process is gone, or that was never filled in, holds nobody back. */
function isAbandoned() {
  try {
    const owner = Number.parseInt(readFileSync(lockPath, 'utf8'), 10);
    if (Number.isNaN(owner)) return Date.now() - statSync(lockPath).mtimeMs > 5000;
    process.kill(owner, 0);
    return false;
  } catch (error) {
    return error.code === 'ESRCH';
  }
}
