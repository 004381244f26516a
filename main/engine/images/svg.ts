import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import { NativaError } from '../../../native-models/errors.js';
import { MAX_PIXELS } from './decode.js';
import { svgAnswer, type SvgAnswer, type SvgDrawing } from './svg-messages.js';
import type { Pixels } from './types.js';

/** The drawing process as its owner sees it. */
export interface SvgProcess {
  send(message: SvgDrawing): void;
  onMessage(listener: (message: unknown) => void): void;
  /** Called once, when the process has ended. */
  onExit(listener: () => void): void;
  /** Ends the process at once. */
  kill(): void;
}

/** Starts the drawing process from its script; Electron's host brings its own. */
export type SvgLauncher = (script: string) => SvgProcess;

/** Options of {@link rasteriseSvg}. */
export interface SvgOptions {
  readonly launch?: SvgLauncher | undefined;
  /** The process's compiled entry; default: the one beside this file. */
  readonly script?: string | undefined;
  /** When drawing is given up. Default 20 s. */
  readonly milliseconds?: number | undefined;
}

const PATIENCE_MS = 20_000;

function nodeLauncher(script: string): SvgProcess {
  const child = fork(script, [], {
    serialization: 'advanced',
    execArgv: [],
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  return {
    send: (message) => child.send(message, () => undefined),
    onMessage: (listener) => void child.on('message', listener),
    onExit: (listener) => {
      child.once('exit', listener);
      child.once('error', listener);
    },
    kill: () => void child.kill('SIGKILL'),
  };
}

/**
 * Draws an SVG at its own size, one user unit a pixel, as RGBA with straight alpha. The text must
 * have been checked before: see `services/documents/svg.ts`, which writes it anew from what it read.
 * @param name what messages call the drawing
 * @throws NativaError UNREADABLE_IMAGE
 */
export async function rasteriseSvg(
  svg: string,
  name: string,
  options: SvgOptions = {},
): Promise<Pixels> {
  const script = options.script ?? fileURLToPath(new URL('./svg-process.js', import.meta.url));
  const process = (options.launch ?? nodeLauncher)(script);
  const answer = await ask(process, svg, options.milliseconds ?? PATIENCE_MS);
  if (answer === 'late') {
    throw new NativaError(
      'UNREADABLE_IMAGE',
      `${name} takes too long to draw; simplify its filters or export it as PNG elsewhere.`,
    );
  }
  if (answer.ok && answer.data.length === answer.width * answer.height * 4) {
    const { width, height, data } = answer;
    return { width, height, channels: 4, data };
  }
  const reason = answer.ok ? 'it came out incomplete' : answer.message;
  throw new NativaError(
    'UNREADABLE_IMAGE',
    `${name} cannot be drawn (${reason}); export it as PNG in another program.`,
  );
}

function ask(process: SvgProcess, svg: string, milliseconds: number): Promise<SvgAnswer | 'late'> {
  let timer: NodeJS.Timeout | undefined;
  return new Promise<SvgAnswer | 'late'>((resolve) => {
    timer = setTimeout(() => {
      resolve('late');
    }, milliseconds);
    process.onMessage((message) => {
      const answer = svgAnswer.safeParse(message);
      resolve(answer.success ? answer.data : { ok: false, message: 'its answer is damaged' });
    });
    process.onExit(() => {
      resolve({ ok: false, message: 'the drawing program ended' });
    });
    process.send({ svg, maxPixels: MAX_PIXELS });
  }).finally(() => {
    clearTimeout(timer);
    process.kill();
  });
}
