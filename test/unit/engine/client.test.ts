import { describe, expect, it, vi } from 'vitest';

import { Engine } from '../../../main/engine/client.js';
import type { EngineOptions } from '../../../main/engine/client.js';
import type { EngineResult } from '../../../main/engine/events.js';
import type { ClientMessage } from '../../../main/engine/protocol.js';
import type { EngineProcess } from '../../../main/engine/supervisor.js';

/** A process that does what a test tells it to; the real one is in the integration tests. */
class ScriptedProcess implements EngineProcess {
  readonly pid = 1;
  readonly received: ClientMessage[] = [];
  killed = false;
  say: (message: unknown) => void = () => undefined;
  die: (reason: string) => void = () => undefined;

  send(message: ClientMessage): void {
    this.received.push(message);
  }
  onMessage(listener: (message: unknown) => void): void {
    this.say = listener;
  }
  onExit(listener: (reason: string) => void): void {
    this.die = listener;
  }
  kill(): void {
    this.killed = true;
    this.die('signal SIGKILL');
  }
  /** Requests it was given, by number. */
  get runs(): number[] {
    return this.received.flatMap((message) => (message.type === 'run' ? [message.id] : []));
  }
}

const result: EngineResult = {
  images: [{ png: Uint8Array.of(1), width: 1, height: 1, seed: 0 }],
  timings: {
    load: 0,
    read: 0,
    encode: 0,
    tokens: 0,
    denoise: 0,
    decode: 0,
    compose: 0,
    total: 0,
  },
  model: { id: 'm', hash: 'h' },
  provider: 'cpu',
  notices: [],
  memory: { resident: 1, peak: 1 },
};
const progress = { type: 'progress', stage: 'tokens', step: 1, total: 2 } as const;

function start(options: EngineOptions = {}) {
  const processes: ScriptedProcess[] = [];
  const engine = new Engine({
    launch: () => {
      const started = new ScriptedProcess();
      processes.push(started);
      return started;
    },
    heartbeat: 10_000,
    ...options,
  });
  const run = (options: Parameters<Engine['run']>[1] = {}) =>
    engine.run({ kind: 'generate', bundle: '/b', prompt: 'a', seed: 1 }, options);
  const last = (): ScriptedProcess => {
    const process = processes.at(-1);
    if (process === undefined) throw new Error('no process was started');
    return process;
  };
  const finish = (id: number) => {
    last().say({ type: 'result', id, result });
  };
  return { engine, processes, run, last, finish };
}

const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'resolved',
    (error: unknown) => (error as { code?: string }).code,
  );

describe('the queue', () => {
  it('starts no process before the first request, and configures the one it starts', async () => {
    const { engine, processes, run, last, finish } = start({ threads: 3, cacheDir: '/c' });
    expect(processes).toEqual([]);
    const running = run();
    expect(last().received).toMatchObject([
      { type: 'configure', threads: 3, cacheDir: '/c' },
      { type: 'run', id: 1 },
    ]);
    finish(1);
    expect(await running).toEqual(result);
    await engine.close();
  });

  it('runs one request at a time, in order, in one process', async () => {
    const { engine, processes, run, last, finish } = start();
    const order: number[] = [];
    const all = [run(), run(), run()].map((promise, index) =>
      promise.then(() => order.push(index)),
    );
    expect(last().runs).toEqual([1]);
    expect(engine.waiting).toBe(2);
    finish(1);
    expect(last().runs).toEqual([1, 2]);
    finish(2);
    finish(3);
    await Promise.all(all);
    expect(order).toEqual([0, 1, 2]);
    expect(processes).toHaveLength(1);
    await engine.close();
  });

  it('takes of those that wait the one of the least rank, as it is when its turn comes', async () => {
    const { engine, run, last, finish } = start();
    const ranks = [1, 2, 3, 4];
    const all = ranks.map((_, index) => run({ rank: () => ranks[index] ?? 0 }));
    ranks.splice(1, 3, 4, 3, 2);
    for (const id of [1, 4, 3, 2]) {
      expect(last().runs.at(-1)).toBe(id);
      finish(id);
    }
    await Promise.all(all);
    await engine.close();
  });

  it('draws a seed where none is given, and refuses what is no request', async () => {
    const { engine, last } = start();
    void codeOf(engine.run({ kind: 'generate', bundle: '/b', prompt: 'a' }));
    const [, message] = last().received;
    expect(message).toMatchObject({ type: 'run', request: { seed: expect.any(Number) as number } });
    const bad = engine.run({ kind: 'generate', bundle: '/b', prompt: 'a', count: 99 });
    expect(await codeOf(bad)).toBe('INVALID_REQUEST');
    await engine.close();
  });

  it('hands on events of the running request only', async () => {
    const { engine, run, last, finish } = start();
    const seen: unknown[] = [];
    const running = run({ onEvent: (event) => seen.push(event) });
    last().say({ type: 'event', id: 1, event: progress });
    last().say({ type: 'event', id: 7, event: { ...progress, step: 2 } });
    finish(1);
    await running;
    last().say({ type: 'event', id: 1, event: { ...progress, step: 2 } });
    expect(seen).toEqual([progress]);
    await engine.close();
  });

  it('passes the error of a request on and goes on', async () => {
    const { engine, processes, run, last, finish } = start();
    const [failing, next] = [run(), run()];
    last().say({ type: 'error', id: 1, error: { code: 'EMPTY_PROMPT', message: 'Say more.' } });
    await expect(failing).rejects.toMatchObject({ code: 'EMPTY_PROMPT', message: 'Say more.' });
    finish(2);
    await next;
    expect(processes).toHaveLength(1);
    await engine.close();
  });
});

describe('cancelling', () => {
  it('takes a waiting request out of the line', async () => {
    const { engine, run, last, finish } = start();
    const controller = new AbortController();
    const [first, second, third] = [run(), run({ signal: controller.signal }), run()];
    controller.abort();
    expect(await codeOf(second)).toBe('CANCELLED');
    finish(1);
    expect(last().runs).toEqual([1, 3]);
    finish(3);
    await Promise.all([first, third]);
    await engine.close();
  });

  it('lets go of a running one at once and waits for the process before the next', async () => {
    const { engine, processes, run, last, finish } = start();
    const controller = new AbortController();
    const cancelled = run({ signal: controller.signal });
    const next = run();
    controller.abort();
    expect(await codeOf(cancelled)).toBe('CANCELLED');
    expect(last().received.at(-1)).toEqual({ type: 'cancel', id: 1 });
    expect(last().runs).toEqual([1]);
    last().say({ type: 'error', id: 1, error: { code: 'CANCELLED', message: '' } });
    expect(last().runs).toEqual([1, 2]);
    finish(2);
    await next;
    expect(processes).toHaveLength(1);
    await engine.close();
  });

  it('replaces a process that does not stop in time', async () => {
    const { engine, processes, run, last, finish } = start({ cancelGrace: 20 });
    const controller = new AbortController();
    const cancelled = run({ signal: controller.signal });
    const next = run();
    controller.abort();
    expect(await codeOf(cancelled)).toBe('CANCELLED');
    await vi.waitFor(
      () => {
        expect(processes).toHaveLength(2);
      },
      { timeout: 60_000 },
    );
    expect(processes[0]?.killed).toBe(true);
    expect(last().runs).toEqual([2]);
    finish(2);
    await next;
    await engine.close();
  });

  it('does nothing to a request that was cancelled before, or is over', async () => {
    const { engine, processes, run, last, finish } = start();
    expect(await codeOf(run({ signal: AbortSignal.abort() }))).toBe('CANCELLED');
    expect(processes).toEqual([]);
    const controller = new AbortController();
    const running = run({ signal: controller.signal });
    finish(1 + (last().runs[0] ?? 0) - 1);
    await running;
    controller.abort();
    expect(last().received.some(({ type }) => type === 'cancel')).toBe(false);
    await engine.close();
  });
});

describe('a process that fails', () => {
  it('fails its request, and those behind go on in a new one', async () => {
    const { engine, processes, run, last, finish } = start();
    const [first, second] = [run(), run()];
    last().die('signal SIGSEGV');
    await expect(first).rejects.toMatchObject({
      code: 'ENGINE_CRASHED',
      message: expect.stringContaining('SIGSEGV') as string,
    });
    expect(processes).toHaveLength(2);
    finish(2);
    expect(await second).toEqual(result);
    await engine.close();
  });

  it('is replaced unnoticed when it dies with nothing to do', async () => {
    const { engine, processes, run, last, finish } = start();
    const first = run();
    finish(1);
    await first;
    last().die('exit status 1');
    const second = run();
    finish(2);
    await second;
    expect(processes).toHaveLength(2);
    await engine.close();
  });

  it('is given up after dying again and again, and tried anew later', async () => {
    const { engine, run, last, finish } = start({ restarts: 1 });
    const crash = async () => {
      const running = run();
      last().die('signal SIGKILL');
      return codeOf(running);
    };
    expect([await crash(), await crash()]).toEqual(['ENGINE_CRASHED', 'ENGINE_CRASHED']);
    expect(await codeOf(run())).toBe('ENGINE_UNSTABLE');
    const later = run();
    finish(4);
    expect(await later).toEqual(result);
    await engine.close();
  });

  it.each([
    undefined,
    'hello',
    { type: 'result', id: 1, result: { images: [] } },
    { type: 'eval' },
    { type: 'event', id: 1, event: { type: 'progress', stage: 'lunch', step: 0, total: 1 } },
  ])('is not believed when it sends nonsense: %j', async (message) => {
    const { engine, processes, run, last } = start();
    const running = run();
    last().say(message);
    expect(await codeOf(running)).toBe('ENGINE_CRASHED');
    expect(processes[0]?.killed).toBe(true);
    await engine.close();
  });

  it('cannot speak for its successor', async () => {
    const { engine, processes, run, last, finish } = start();
    const first = run();
    last().die('signal SIGKILL');
    expect(await codeOf(first)).toBe('ENGINE_CRASHED');
    const second = run();
    processes[0]?.say({ type: 'error', id: 2, error: { code: 'X', message: '' } });
    processes[0]?.die('again');
    finish(2);
    expect(await second).toEqual(result);
    expect(processes).toHaveLength(2);
    await engine.close();
  });

  it('is replaced when it shows no sign of life, and left alone while it does', async () => {
    vi.useFakeTimers();
    try {
      const { engine, processes, run, last } = start({ heartbeat: 10, patience: 150 });
      const running = codeOf(run());
      for (let time = 0; time < 400; time += 100) {
        vi.advanceTimersByTime(100);
        last().say({ type: 'pong', nonce: 0 });
      }
      expect(last().received.filter(({ type }) => type === 'ping')).toHaveLength(40);
      vi.advanceTimersByTime(150);
      expect(processes[0]?.killed).toBe(false);
      vi.advanceTimersByTime(10);
      expect(processes[0]?.killed).toBe(true);
      expect(await running).toBe('ENGINE_HUNG');
      await engine.close();
    } finally {
      vi.useRealTimers();
    }
  });
});

describe('closing', () => {
  it('fails what is not finished and refuses what comes after', async () => {
    const { engine, run, last } = start();
    const open = [codeOf(run()), codeOf(run())];
    await engine.close();
    expect(last().killed).toBe(true);
    expect(await Promise.all(open)).toEqual(['ENGINE_CLOSED', 'ENGINE_CLOSED']);
    expect(await codeOf(run())).toBe('ENGINE_CLOSED');
  });

  it('unloads the model only where there is a process', async () => {
    const { engine, processes, run, last, finish } = start();
    engine.unload();
    expect(processes).toEqual([]);
    const running = run();
    engine.unload();
    expect(last().received.at(-1)).toEqual({ type: 'unload' });
    finish(1);
    await running;
    await engine.close();
  });
});
