/** A browser for the studio's specs: one that is installed, Debian's, or Playwright's own. */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';
import { root, runProgram } from './program.mjs';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

function onPath() {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const found = NAMES.map((name) => join(folder, name)).find((path) => existsSync(path));
    if (found !== undefined) return found;
  }
  return undefined;
}

function playwrights() {
  const { chromium } = createRequire(join(root, 'package.json'))('playwright-core');
  const path = chromium.executablePath();
  return existsSync(path) ? path : undefined;
}

const installed = () => process.env.NATIVA_BROWSER ?? onPath() ?? playwrights();

/** Runs a program quietly. @returns whether it went well */
async function quietly(command, args) {
  try {
    const { code } = await runProgram(command, args, { capture: true });
    return code === 0;
  } catch {
    return false;
  }
}

/** @returns the browser's path, undefined where there is none and none can be fetched */
export async function ensureBrowser() {
  const found = installed();
  if (found !== undefined) return found;
  if (process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    process.stderr.write('nativa: installing Chromium for the studio’s specs ...\n');
    await quietly('apt-get', ['update']);
    await quietly('apt-get', [
      'install',
      '-y',
      '--no-install-recommends',
      'chromium',
      'fonts-noto-core',
    ]);
  } else {
    process.stderr.write('nativa: fetching Chromium for the studio’s specs ...\n');
    const cli = join(root, 'node_modules', 'playwright-core', 'cli.js');
    await quietly(process.execPath, [cli, 'install', 'chromium']);
  }
  return installed();
}
