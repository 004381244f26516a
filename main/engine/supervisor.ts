import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';

import type { ClientMessage } from './protocol.js';

/** A running engine process as its owner sees it. */
export interface EngineProcess {
  readonly pid: number | undefined;
  send(message: ClientMessage): void;
  onMessage(listener: (message: unknown) => void): void;
  /** Called once, when the process has ended. */
  onExit(listener: (reason: string) => void): void;
  /** Ends the process at once. */
  kill(): void;
}

/** Starts an engine process; Electron's host brings its own with `utilityProcess`. */
export type EngineLauncher = () => EngineProcess;

/**
 * Starts the engine as a child of Node.
 * @param env its environment; default this process's own
 */
export function nodeLauncher(hostPath: string, env?: NodeJS.ProcessEnv): EngineLauncher {
  return () => {
    const child = fork(hostPath, {
      ...(env && { env }),
      // Structured clone: pixels cross as bytes, never as JSON.
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    return wrapChild(child);
  };
}

/** Characters of what a process said last that are told when it dies. */
const LAST_WORDS = 16_384;

/**
 * Graphics drivers and libraries talk on stderr, which is of no use to the person at the terminal
 * unless the process dies of it.
 */
function tellLastWords(child: ChildProcess): void {
  let words = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    words = (words + text).slice(-LAST_WORDS);
  });
  child.on('close', (code, signal) => {
    const killed = signal === 'SIGKILL';
    if (words !== '' && code !== 0 && !killed) process.stderr.write(words);
  });
}

function wrapChild(child: ChildProcess): EngineProcess {
  tellLastWords(child);
  return {
    pid: child.pid,
    send: (message) => {
      // A send into a process that has just died fails; its exit is reported on its own.
      if (child.connected) child.send(message, () => undefined);
    },
    onMessage: (listener) => void child.on('message', listener),
    onExit: (listener) => {
      let told = false;
      const once = (reason: string): void => {
        if (!told) listener(reason);
        told = true;
      };
      child.on('exit', (code, signal) => {
        once(signal === null ? `exit status ${code ?? 'unknown'}` : `signal ${signal}`);
      });
      child.on('error', (error) => {
        once(error.message);
      });
    },
    kill: () => void child.kill('SIGKILL'),
  };
}
