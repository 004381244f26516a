import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { Engine } from '../../../main/engine/client.js';
import type { EngineOptions, EngineRunOptions } from '../../../main/engine/client.js';
import type { EngineEvent, Stage } from '../../../main/engine/events.js';
import type { EngineRequestInput } from '../../../main/engine/request.js';
import { nodeLauncher } from '../../../main/engine/supervisor.js';
import { builtHost } from '../../support/engine-host.js';
import { pngInput, rectangleMask, scene } from '../../support/pictures.js';
import { writeTinyBundle } from '../../support/tiny-bundle.js';

/** How soon a cancel must be acknowledged, in milliseconds. */
const ACKNOWLEDGED = 100;
/** How long a busy machine may take to end a step, in milliseconds. */
const PATIENT = 120_000;
/** Steps enough that a run is still going on when a test interferes. */
const LONG = 1000;

let root: string;
let host: string;
let bundle: string;
let edit: EngineRequestInput;
const engines: Engine[] = [];

beforeAll(async () => {
  host = await builtHost();
  root = await mkdtemp(join(tmpdir(), 'nativa-process-'));
  bundle = await writeTinyBundle(join(root, 'tiny'));
  edit = {
    kind: 'edit',
    bundle,
    instruction: 'make it red',
    seed: 3,
    count: 2,
    image: await pngInput(scene(1200, 800)),
    mask: await pngInput(rectangleMask(1200, 800, { x: 100, y: 100, width: 500, height: 400 })),
  };
});

afterEach(async () => {
  await Promise.all(engines.splice(0).map((engine) => engine.close()));
});

afterAll(async () => {
  await rm(root, { recursive: true, force: true });
});

function startEngine(options: EngineOptions = {}): Engine {
  const engine = new Engine({ launch: nodeLauncher(host), threads: 1, ...options });
  engines.push(engine);
  return engine;
}

const generate = (engine: Engine, fields: object = {}, options: EngineRunOptions = {}) =>
  engine.run({ kind: 'generate', bundle, prompt: 'a red house', seed: 7, ...fields }, options);

/**
 * How a run that is being aborted ends, or 'late' where that takes longer than it may. The clock
 * starts here, in the process that waits, so that a busy machine delays both alike.
 */
function acknowledged(running: Promise<unknown>): Promise<unknown> {
  const ended = running.then(
    () => 'finished',
    (error: unknown) => error,
  );
  const late = new Promise((resolve) => setTimeout(resolve, ACKNOWLEDGED, 'late'));
  return Promise.race([ended, late]);
}

/** Resolves with the engine's process id once a run of it has reached a step of a stage. */
function reaches(engine: Engine, stage: Stage, fields: object = {}) {
  const controller = new AbortController();
  let running: Promise<unknown> = Promise.resolve();
  const reached = new Promise<number>((resolve) => {
    const onEvent = (event: EngineEvent): void => {
      if (event.type === 'progress' && event.stage === stage && event.step >= 1) {
        resolve(engine.pid ?? 0);
      }
    };
    running = generate(engine, { steps: LONG, ...fields }, { onEvent, signal: controller.signal });
    running.catch(() => undefined);
  });
  return { reached, running, controller };
}

async function isGone(pid: number): Promise<boolean> {
  for (let tries = 0; tries < 1500; tries++) {
    try {
      process.kill(pid, 0);
    } catch {
      return true;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return false;
}

describe('the engine in its own process', () => {
  it('makes the same bytes in any process, alone and first of a batch', async () => {
    const [one, other] = [startEngine(), startEngine({ threads: 2 })];
    const alone = await generate(one);
    const batch = await generate(one, { count: 4 });
    const elsewhere = await generate(other);
    expect(batch.images).toHaveLength(4);
    expect(batch.images[0]?.png).toEqual(alone.images[0]?.png);
    expect(elsewhere.images[0]?.png).toEqual(alone.images[0]?.png);
    const different = new Set(batch.images.map(({ png }) => Buffer.from(png).toString('hex')));
    expect(different.size).toBe(4);
    expect(one.pid).not.toBe(other.pid);
    expect(one.pid).not.toBe(process.pid);
  });

  it('edits, with previews and figures, keeping all outside the mask', async () => {
    const previews: EngineEvent[] = [];
    const result = await startEngine().run(
      { ...edit, previews: true },
      { onEvent: (event) => event.type === 'preview' && previews.push(event) },
    );
    expect(result.images).toHaveLength(2);
    for (const image of result.images) {
      expect(image).toMatchObject({ width: 1200, height: 800 });
      expect(image.drift?.outside).toMatchObject({ identical: true, maxAbs: 0 });
    }
    expect(previews.length).toBeGreaterThan(0);
    expect(result.memory.peak).toBeGreaterThan(result.memory.resident / 2);
  });

  it('reports errors of the pipeline as they are, and goes on in the same process', async () => {
    const engine = startEngine();
    await expect(generate(engine, { prompt: ' ' })).rejects.toMatchObject({
      name: 'NativaError',
      code: 'EMPTY_PROMPT',
    });
    await expect(generate(engine, { bundle: join(root, 'none') })).rejects.toMatchObject({
      code: 'BUNDLE_NOT_FOUND',
    });
    await expect(generate(engine, { provider: 'abacus' })).rejects.toMatchObject({
      code: 'PROVIDER_UNAVAILABLE',
    });
    const { pid } = engine;
    await generate(engine);
    expect(engine.pid).toBe(pid);
  });
});

describe('a killed process', () => {
  it.each(['tokens', 'denoise'] as const)('during %s fails its request only', async (stage) => {
    const engine = startEngine();
    const { reached, running } = reaches(engine, stage);
    const waiting = generate(engine);
    const pid = await reached;
    process.kill(pid, 'SIGKILL');
    await expect(running).rejects.toMatchObject({ code: 'ENGINE_CRASHED' });
    expect((await waiting).images).toHaveLength(1);
    expect((await generate(engine)).images).toHaveLength(1);
    expect(engine.pid).not.toBe(pid);
  });

  it('is noticed when it hangs', async () => {
    const engine = startEngine({ heartbeat: 50, patience: 10_000 });
    const { reached, running } = reaches(engine, 'denoise');
    const pid = await reached;
    process.kill(pid, 'SIGSTOP');
    await expect(running).rejects.toMatchObject({ code: 'ENGINE_HUNG' });
    expect(await isGone(pid)).toBe(true);
    expect((await generate(engine)).images).toHaveLength(1);
  });

  it('is gone when the engine is closed, and when its owner is', async () => {
    const engine = startEngine();
    const { reached, running } = reaches(engine, 'denoise');
    const pid = await reached;
    await engine.close();
    await expect(running).rejects.toMatchObject({ code: 'ENGINE_CLOSED' });
    expect(await isGone(pid)).toBe(true);

    const child = fork(host, { serialization: 'advanced' });
    await once(child, 'message');
    child.disconnect();
    expect(await isGone(child.pid ?? 0)).toBe(true);
  });
});

describe('cancelling', () => {
  const stages: Stage[] = ['load', 'read', 'encode', 'tokens', 'denoise', 'decode', 'compose'];
  it.each(stages)('is acknowledged at once during %s, and the process lives on', async (stage) => {
    const engine = startEngine({ cancelGrace: PATIENT });
    const controller = new AbortController();
    const ending = new Promise<unknown>((resolve) => {
      const running = engine.run(edit, {
        signal: controller.signal,
        onEvent: (event) => {
          if (event.type !== 'progress' || event.stage !== stage) return;
          controller.abort();
          resolve(acknowledged(running));
        },
      });
    });
    expect(await ending).toMatchObject({ code: 'CANCELLED' });
    const { pid } = engine;
    expect((await generate(engine)).images).toHaveLength(1);
    expect(engine.pid).toBe(pid);
  });

  it('replaces a process that does not stop', async () => {
    const engine = startEngine({ cancelGrace: 300 });
    const { reached, running, controller } = reaches(engine, 'denoise');
    const pid = await reached;
    process.kill(pid, 'SIGSTOP');
    controller.abort();
    expect(await acknowledged(running)).toMatchObject({ code: 'CANCELLED' });
    expect((await generate(engine)).images).toHaveLength(1);
    expect(engine.pid).not.toBe(pid);
    expect(await isGone(pid)).toBe(true);
  });
});

describe('a message the owner cannot have meant', () => {
  it.each([{ type: 'run', id: 0, request: {} }, { type: 'format', disk: 'c' }, 'hello'])(
    'ends the process: %j',
    async (message) => {
      const child = fork(host, {
        serialization: 'advanced',
        stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      });
      await once(child, 'message');
      child.send(message);
      const [code] = (await once(child, 'exit')) as [number];
      expect(code).not.toBe(0);
    },
  );
});
