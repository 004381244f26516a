/** A studio as a person has it: a real server with the real engine, and a real browser. */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';

export const root = fileURLToPath(new URL('../..', import.meta.url));

const READY = /http:\/\/127\.0\.0\.1:\d+\/\?token=\S+/;
const START_LIMIT = 120_000;

/** The browser that `npm test` found. @throws Error naming what to do */
function findBrowser(): string {
  const given = process.env.NATIVA_BROWSER ?? '/usr/bin/chromium';
  if (existsSync(given)) return given;
  throw new Error(`There is no browser at ${given}: name one by NATIVA_BROWSER.`);
}

/** A server on its way. */
export interface Server {
  readonly url: string;
  readonly process: ChildProcess;
  /** Ends it at once, as a crash would. */
  kill(): Promise<void>;
}

/** Starts the studio's server over a folder of its own. */
export async function startServer(home: string, args: readonly string[] = []): Promise<Server> {
  const child = spawn(
    process.execPath,
    [join(root, 'tools', 'start.mjs'), 'serve', '--no-open', ...args],
    {
      cwd: root,
      env: { ...process.env, NATIVA_HOME: home, LANG: 'en_US.UTF-8', LC_ALL: '' },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  const ended = new Promise<void>((resolve) =>
    child.once('exit', () => {
      resolve();
    }),
  );
  const url = await new Promise<string>((resolve, reject) => {
    let output = '';
    const timer = setTimeout(() => {
      reject(new Error(`no address came: ${output}`));
    }, START_LIMIT);
    const read = (data: Buffer): void => {
      output += data.toString();
      const found = READY.exec(output);
      if (!found) return;
      clearTimeout(timer);
      resolve(found[0]);
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.once('exit', (code) => {
      reject(new Error(`the server ended (${code ?? 'killed'}): ${output}`));
    });
  });
  return {
    url,
    process: child,
    kill: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

export interface StudioOptions {
  readonly args?: readonly string[];
  readonly home?: string;
  /** What the person has set before. */
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly locale?: string;
  readonly colorScheme?: 'dark' | 'light';
  readonly viewport?: { readonly width: number; readonly height: number };
  readonly reducedMotion?: 'reduce' | 'no-preference';
  /** Whether the browser lets the page write files that the person picks. */
  readonly pickers?: true;
}

/** A page with the studio in it. */
export interface StudioPage {
  readonly page: Page;
  readonly context: BrowserContext;
  readonly home: string;
  server: Server;
  /** What the page complained about: errors, and refused content. */
  readonly complaints: string[];
  close(): Promise<void>;
}

let browser: Promise<Browser> | undefined;

/** One browser for all tests of a file. */
export function theBrowser(): Promise<Browser> {
  // Memory is measured at once, and not when the browser tidies up the next time.
  const args = ['--no-sandbox', '--enable-blink-features=ForceEagerMeasureMemory'];
  browser ??= chromium.launch({ executablePath: findBrowser(), args });
  return browser;
}

export async function closeBrowser(): Promise<void> {
  const running = browser;
  browser = undefined;
  await (await running)?.close();
}

export async function openStudio(options: StudioOptions = {}): Promise<StudioPage> {
  const home = options.home ?? (await mkdtemp(join(tmpdir(), 'nativa-e2e-')));
  if (options.settings) {
    await writeFile(join(home, 'settings.json'), JSON.stringify(options.settings));
  }
  const server = await startServer(home, options.args);
  const context = await (
    await theBrowser()
  ).newContext({
    viewport: options.viewport ?? { width: 1440, height: 900 },
    locale: options.locale ?? 'en-US',
    colorScheme: options.colorScheme ?? 'dark',
    reducedMotion: options.reducedMotion ?? 'reduce',
    acceptDownloads: true,
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  // Nobody answers the browser's own dialogs; without them it downloads, as others do.
  if (options.pickers !== true) {
    await context.addInitScript(() => {
      for (const name of ['showOpenFilePicker', 'showSaveFilePicker'])
        Reflect.deleteProperty(window, name);
    });
  }
  const page = await context.newPage();
  // Dialogs for files are the test's from the beginning: were that said only when one is awaited, the
  // browser might still open its own, which without a screen is given up at once.
  page.on('filechooser', () => undefined);
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  await page.goto(server.url);
  await page.getByRole('application').waitFor();
  const studio: StudioPage = {
    page,
    context,
    home,
    server,
    complaints,
    close: async () => {
      await context.close();
      await studio.server.kill();
      if (options.home === undefined) await rm(home, { recursive: true, force: true });
    },
  };
  return studio;
}

/** A file as a person has it. */
export interface GivenFile {
  readonly name: string;
  readonly type: string;
  readonly bytes: Uint8Array;
}

/**
 * Drops files onto the canvas, or at a place of the page, as from a file manager: they come over it
 * before they are let go.
 */
export async function dropFiles(
  page: Page,
  files: readonly GivenFile[],
  place?: { readonly x: number; readonly y: number },
): Promise<void> {
  const packed = files.map(({ name, type, bytes }) => ({
    name,
    type,
    text: Buffer.from(bytes).toString('base64'),
  }));
  await page.evaluate(
    async ({ given, at }) => {
      const dataTransfer = new DataTransfer();
      for (const { name, type, text } of given) {
        const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
        dataTransfer.items.add(new File([bytes], name, { type }));
      }
      const canvas = document.querySelector('[role=application]');
      const target = at ? document.elementFromPoint(at.x, at.y) : canvas;
      const where = { clientX: at?.x ?? 0, clientY: at?.y ?? 0 };
      for (const kind of ['dragenter', 'dragover', 'drop']) {
        const how = { dataTransfer, bubbles: true, cancelable: true, ...where };
        target?.dispatchEvent(new DragEvent(kind, how));
        await new Promise(requestAnimationFrame);
      }
    },
    { given: packed, at: place },
  );
}
