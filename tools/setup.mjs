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

/** Folders compiled to dist/, and what in them is not the application's TypeScript. */
const sourceRoots = ['main', 'native-models', 'test/bench'];
const notSources = new Set([join('native-models', 'recipe'), join('native-models', 'starter')]);

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
 * @throws {SetupError} Node too old, the install or the build failed
 */
export async function setUp() {
  checkNode();
  if (isInstalled() && isBuilt()) return;
  const release = await takeLock();
  try {
    // Another start may have done the work while this one waited.
    if (!isInstalled()) await install();
    if (!isBuilt()) await build();
  } finally {
    release();
  }
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
  if (stamp === undefined) return adoptInstall();
  const key = installKey();
  return stamp.lockfile === key.lockfile && stamp.platform === key.platform;
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

/** Every source file, relative to the root, with what tells a change of it. */
function listSources(folder, found = []) {
  const path = join(root, folder);
  if (!existsSync(path)) return found;
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    const name = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (!notSources.has(name)) listSources(name, found);
    } else if (/\.ts$/.test(entry.name) && !/\.d\.ts$/.test(entry.name)) {
      const { mtimeMs, size } = statSync(join(root, name));
      found.push({ name, key: `${name}:${size}:${mtimeMs}` });
    }
  }
  return found;
}

function sourcesKey() {
  const sources = sourceRoots.flatMap((folder) => listSources(folder));
  const keys = [readFileSync(join(root, 'tools', 'setup.mjs')), ...sources.map(({ key }) => key)];
  const hash = createHash('sha256');
  for (const key of keys) hash.update(key).update('\n');
  return { files: sources.map(({ name }) => name), hash: hash.digest('hex') };
}

function isBuilt() {
  return readJson(buildStamp)?.sources === sourcesKey().hash;
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
  const old = join(cacheDir, `dist-old-${process.pid}`);
  try {
    const { build: compile } = createRequire(join(root, 'package.json'))('esbuild');
    await compile({
      entryPoints: files,
      absWorkingDir: root,
      outdir: fresh,
      outbase: '.',
      format: 'esm',
      platform: 'node',
      target: 'node20',
      sourcemap: true,
      logLevel: 'silent',
    });
    writeFileSync(join(fresh, relative(distDir, buildStamp)), JSON.stringify({ sources: hash }));
    if (existsSync(distDir)) renameSync(distDir, old);
    renameSync(fresh, distDir);
  } catch (error) {
    const first = error?.errors?.[0];
    const where = first?.location ? `${first.location.file}:${first.location.line}: ` : '';
    throw new SetupError(`build failed: ${where}${first?.text ?? error.message}`);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
    rmSync(old, { recursive: true, force: true });
  }
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
