/** Programs that the tools run, and how they end. Plain Node: a fresh clone has nothing else. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Repository root. */
export const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/** Says something to the person who started the tool. */
export const say = (line) => process.stderr.write(`nativa: ${line}\n`);

/** A failure a person can act on; printed as one line without a stack. */
export class SetupError extends Error {
  constructor(message, exitCode = 1) {
    super(message);
    this.exitCode = exitCode;
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

/** What a JSON file says; undefined where it is missing or damaged. */
export function readJson(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}
