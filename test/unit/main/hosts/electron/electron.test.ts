import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { hasDisplay, opener, opensBrowser } from '../../../../../main/hosts/browser/open.js';
import { findElectron } from '../../../../../main/hosts/electron/find.js';
import {
  placeWindow,
  readWindowState,
  writeWindowState,
} from '../../../../../main/hosts/electron/window-state.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'nativa-electron-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('Electron is used', () => {
  const find = (given: Partial<Parameters<typeof findElectron>[0]>) =>
    findElectron({
      env: { DISPLAY: ':0' },
      platform: 'linux',
      user: 1000,
      installed: (): string | undefined => process.execPath,
      ...given,
    });

  test('where its runtime is and a window can be seen', () => {
    expect(find({})).toEqual({ ok: true, path: process.execPath });
    expect(find({ env: { WAYLAND_DISPLAY: 'wayland-0' } })).toMatchObject({ ok: true });
  });

  test.each([
    ['its package has no runtime', { installed: (): string | undefined => undefined }, 'noRuntime'],
    [
      'its runtime was not downloaded',
      { installed: (): string | undefined => '/nowhere/electron' },
      'noRuntime',
    ],
    ['there is no display', { env: {} }, 'noDisplay'],
    ['root starts it', { user: 0 }, 'asRoot'],
  ] as const)('but not where %s', (_, given, why) => {
    expect(find(given)).toEqual({ ok: false, why });
  });

  test.each([
    ['linux', ['electron']],
    ['win32', ['electron.exe']],
    ['darwin', ['Electron.app', 'Contents', 'MacOS', 'Electron']],
  ] as const)('from the folder that the environment names, on %s', (platform, parts) => {
    const path = join(folder, ...parts);
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, '');
    const env = { DISPLAY: ':0', ELECTRON_OVERRIDE_DIST_PATH: folder };
    expect(find({ env, platform, installed: (): string | undefined => undefined })).toEqual({
      ok: true,
      path,
    });
  });
});

describe('a browser is opened', () => {
  test('only where somebody sees it', () => {
    expect(opensBrowser({ DISPLAY: ':0' }, 'linux')).toBe(true);
    expect(opensBrowser({}, 'linux')).toBe(false);
    expect(opensBrowser({ DISPLAY: ':0', CI: 'true' }, 'linux')).toBe(false);
    expect(hasDisplay({}, 'darwin')).toBe(true);
    expect(hasDisplay({ SSH_CONNECTION: '10.0.0.1 1 10.0.0.2 22' }, 'darwin')).toBe(false);
  });

  test.each([
    ['linux', 'xdg-open'],
    ['darwin', 'open'],
    ['win32', 'cmd.exe'],
  ] as const)('on %s with %s', (platform, command) => {
    const [program, args] = opener('http://127.0.0.1:1/?token=a', platform);
    expect(program).toBe(command);
    expect(args.at(-1)).toBe('http://127.0.0.1:1/?token=a');
  });
});

describe('the window', () => {
  const laptop = { x: 0, y: 25, width: 1440, height: 875 };
  const external = { x: 1440, y: 0, width: 2560, height: 1440 };
  const state = { bounds: { x: 1600, y: 100, width: 1200, height: 800 }, maximized: true };

  test('is where it was', () => {
    const path = join(folder, 'window.json');
    writeWindowState(path, state);
    expect(readWindowState(path)).toEqual(state);
    expect(placeWindow(state, [laptop, external])).toEqual(state.bounds);
  });

  test('is in sight when its display was unplugged', () => {
    const { x, y, width, height } = placeWindow(state, [laptop]);
    expect(x).toBeGreaterThanOrEqual(laptop.x);
    expect(y).toBeGreaterThanOrEqual(laptop.y);
    expect(x + width).toBeLessThanOrEqual(laptop.x + laptop.width);
    expect(y + height).toBeLessThanOrEqual(laptop.y + laptop.height);
  });

  test.each(['', '{}', '{"bounds":{"x":0,"y":0,"width":-5,"height":1},"maximized":false}'])(
    'opens in its first place where what is remembered is damaged: %j',
    (text) => {
      const path = join(folder, 'window.json');
      writeFileSync(path, text);
      expect(readWindowState(path)).toBeUndefined();
      expect(placeWindow(undefined, [external])).toMatchObject({ width: 1440, height: 900 });
    },
  );
});
