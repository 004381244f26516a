/** Dependencies from the lockfile, installed when it changed. */
import { createHash } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SetupError, readJson, root, runProgram, say } from '../program.mjs';

const installStamp = join(root, 'node_modules', '.nativa-install.json');

/** Understands the forms our engines field uses: "^20.19.0 || ^22.13.0 || >=24.0.0". */
function nodeSatisfies(version, range) {
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

/** @throws {SetupError} this Node is too old */
export function checkNode() {
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

/** Whether node_modules/ is what the lockfile says. */
export function isInstalled() {
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

/** @throws {SetupError} npm failed, said in one sentence */
export async function install() {
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
