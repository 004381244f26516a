/** Processes of the studio as Electron starts them: a packaged app runs no script by itself. */
import { utilityProcess } from 'electron';
import type { UtilityProcess } from 'electron';
import type { SvgLauncher } from '../../engine/images/svg.js';
import type { EngineLauncher } from '../../engine/supervisor.js';
import { engineEnvironment } from '../../services/engine-environment.js';
import { runtimeEnvironment } from '../../services/gpu/libraries.js';

/** Starts the engine's process. */
export function engineLauncher(script: string): EngineLauncher {
  return () => {
    const child = fork(script, 'Nativa engine', engineEnvironment());
    return {
      get pid() {
        return child.pid;
      },
      send: (message) => {
        child.postMessage(message);
      },
      onMessage: (listener) => void child.on('message', listener),
      onExit: (listener) => {
        child.once('exit', (code) => {
          listener(`exit status ${code}`);
        });
      },
      kill: () => {
        end(child);
      },
    };
  };
}

/** Starts the process that draws an SVG file. */
export const svgLauncher: SvgLauncher = (script) => {
  const child = fork(script, 'Nativa drawing', process.env);
  return {
    send: (message) => {
      child.postMessage(message);
    },
    onMessage: (listener) => void child.on('message', listener),
    onExit: (listener) => void child.once('exit', listener),
    kill: () => {
      end(child);
    },
  };
};

/**
 * Runs a script to its end.
 * @param patience milliseconds
 * @returns its exit status, undefined where it had to be ended, and what it printed
 */
export function runScript(
  script: string,
  args: readonly string[],
  patience: number,
): Promise<{ readonly status: number | undefined; readonly output: string }> {
  return new Promise((resolve) => {
    const env = runtimeEnvironment();
    const child = utilityProcess.fork(script, [...args], { stdio: 'pipe', env });
    survive(child);
    let output = '';
    child.stdout?.on('data', (data: Buffer) => (output += data.toString()));
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      end(child);
    }, patience);
    child.once('exit', (code) => {
      clearTimeout(timer);
      resolve({ status: late ? undefined : code, output });
    });
  });
}

function fork(script: string, serviceName: string, env: NodeJS.ProcessEnv): UtilityProcess {
  const child = utilityProcess.fork(script, [], {
    serviceName,
    env,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  survive(child);
  return child;
}

/**
 * Tells that V8 ends the process, as when its memory is full. Its exit is told too and is what counts;
 * but an error that nobody hears would end the app.
 */
function survive(child: UtilityProcess): void {
  child.on('error', () => undefined);
}

/** At once: a process that computes does not listen to the signal that `kill` sends. */
function end(child: UtilityProcess): void {
  try {
    if (child.pid === undefined) child.kill();
    else process.kill(child.pid, 'SIGKILL');
  } catch {
    // It has ended already.
  }
}
