import { statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { NativaError } from '../../../native-models/errors.js';
import { BlobStore } from '../../services/blobs.js';
import { application } from '../../services/paths.js';
import { createStudio } from '../../services/studio/index.js';
import { openBrowser, opensBrowser } from '../browser/open.js';
import { startBrowserHost } from '../browser/server.js';
import { fetchElectron, findElectron, runElectron, wantsElectron } from '../electron/find.js';
import type { CliContext } from './context.js';
import { usageError } from './failure.js';

/** Hosts a person can ask for. */
export const HOSTS = ['electron', 'browser'] as const;

/** Options of the studio as commander gives them. */
export interface StudioOptions {
  readonly host?: (typeof HOSTS)[number];
  readonly port?: number;
  readonly open: boolean;
}

/**
 * The bare `npm start`: Electron where it runs, else the browser host, saying why.
 *
 * @returns exit status
 */
export async function studioCommand(
  files: readonly string[],
  options: StudioOptions,
  context: CliContext,
): Promise<number> {
  const paths = checkFiles(files, context);
  const { messages, terminal, language, signal } = context;
  const asked = options.host ?? (options.port === undefined ? undefined : 'browser');
  if (asked !== 'browser') {
    let found = findElectron();
    if (!found.ok && found.why === 'noRuntime' && wantsElectron()) {
      terminal.note(messages.studio.fetching);
      if (await fetchElectron(signal)) found = findElectron();
    }
    if (found.ok) return runElectron(found.path, [`--lang=${language}`, ...paths], signal);
    const why = messages.studio[found.why];
    if (asked === 'electron')
      throw new NativaError('ELECTRON_MISSING', messages.studio.forced(why));
    terminal.note(why);
  }
  await serve(paths, options, context);
  return 0;
}

/** `serve`: the browser host until Ctrl-C. */
export async function serveCommand(
  files: readonly string[],
  options: StudioOptions,
  context: CliContext,
): Promise<void> {
  await serve(checkFiles(files, context), options, context);
}

/** A word that is neither a command nor a file is a slip in one of the two. */
function checkFiles(files: readonly string[], { messages }: CliContext): string[] {
  return files.map((file) => {
    const path = resolve(file);
    if (statSync(path, { throwIfNoEntry: false })?.isFile() === true) return path;
    if (file.startsWith('-')) throw usageError(messages.usage.unknownOption(file));
    if (/^[a-z-]+$/i.test(file)) throw usageError(messages.usage.unknownCommand(file));
    throw new NativaError('FILE_NOT_FOUND', messages.studio.noFile(file));
  });
}

async function serve(
  files: readonly string[],
  { port, open }: StudioOptions,
  { messages, terminal, language, signal }: CliContext,
): Promise<void> {
  const blobs = new BlobStore();
  const studio = await createStudio({ host: 'browser', language, blobs, files });
  try {
    const renderer = join(application().root, 'dist', 'renderer');
    const host = await startBrowserHost({ studio, blobs, renderer, port });
    terminal.say(messages.studio.ready(host.url));
    if (open && opensBrowser()) openBrowser(host.url);
    await untilAborted(signal);
    await host.close();
  } finally {
    await studio.close();
    await blobs.close();
  }
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else
      signal.addEventListener(
        'abort',
        () => {
          resolve();
        },
        { once: true },
      );
  });
}
