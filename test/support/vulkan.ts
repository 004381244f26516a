/** A Vulkan driver for tests of WebGPU: the machine's own, else the one in software in Chromium. */
import { existsSync, realpathSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';

import { chromium } from 'playwright-core';

const DRIVER = 'vk_swiftshader_icd.json';
const BROWSERS = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
/** Where Debian's and others' browsers are that a script on the path starts. */
const FOLDERS = ['/usr/lib/chromium', '/usr/lib/chromium-browser', '/opt/google/chrome'];

/**
 * Lets onnxruntime's WebGPU provider find a driver; called before it is asked for the first time in a
 * process. Elsewhere than under Linux, and where there is a graphics processor, it finds its own.
 */
export function provideVulkan(): void {
  if (process.platform !== 'linux' || process.env['VK_ICD_FILENAMES'] !== undefined) return;
  if (existsSync('/dev/dri') || existsSync('/dev/nvidia0')) return;
  const driver = browserFolders()
    .map((folder) => join(folder, DRIVER))
    .find((path) => existsSync(path));
  if (driver === undefined) return;
  process.env['VK_ICD_FILENAMES'] = driver;
  // Nothing is drawn on a screen, and a driver that looks for one may not find it.
  delete process.env['DISPLAY'];
}

function browserFolders(): string[] {
  const onPath = (process.env['PATH'] ?? '')
    .split(delimiter)
    .flatMap((folder) => BROWSERS.map((name) => join(folder, name)));
  const programs = [process.env['NATIVA_BROWSER'] ?? '', ...onPath, chromium.executablePath()];
  const found = programs.filter((path) => path !== '' && existsSync(path));
  return [...found.map((path) => dirname(realpathSync(path))), ...FOLDERS];
}
