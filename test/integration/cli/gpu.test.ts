/** CUDA's libraries from a server on this machine; the graphics processor is a script that says so. */
import { execFile } from 'node:child_process';
import { chmod, mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { PATIENT, openNet } from '../../../main/services/downloads/index.js';
import { cudaGpu, gpuOffer, setUpGpu } from '../../../main/services/gpu/index.js';
import {
  cudaFolder,
  hasCudaLibraries,
  runtimeEnvironment,
} from '../../../main/services/gpu/libraries.js';
import { parseGpu } from '../../../main/services/gpu/nvidia.js';
import { runtimeVersion } from '../../../main/services/gpu/runtime.js';
import { CHOSEN_FOR, WANTED } from '../../../main/services/gpu/wheels.js';
import { messagesFor } from '../../../main/services/i18n/index.js';
import { ROOT, Workplace } from '../../support/cli.js';
import { PackageIndex, goodWheel, libraryOf, zipOf } from '../../support/wheels.js';

const GPU = { name: 'NVIDIA Test', driver: '580.1', memory: 2 ** 33 };
const onLinux = process.platform === 'linux' && process.arch === 'x64';

let place: Workplace;
let index: PackageIndex;

beforeEach(async () => {
  place = await Workplace.make();
  index = await PackageIndex.start();
  vi.stubEnv('NATIVA_HOME', place.path('home'));
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await index.close();
  await place.remove();
});

/** Puts a tool first in the path that tells of a graphics processor. */
async function pretendGpu(): Promise<void> {
  const tool = place.path('bin', 'nvidia-smi');
  await mkdir(place.path('bin'), { recursive: true });
  await writeFile(tool, '#!/bin/sh\necho "NVIDIA Test, 580.1, 8192"\n');
  await chmod(tool, 0o755);
  vi.stubEnv('PATH', `${place.path('bin')}${delimiter}${process.env.PATH ?? ''}`);
}

async function setUp(signal = new AbortController().signal): Promise<void> {
  const options = { net: openNet(index.address, undefined), policy: quick, signal };
  await setUpGpu(await gpuOffer(GPU, options), options, () => undefined);
}
const quick = { ...PATIENT, attempts: 3, base: 1, longest: 5 };

describe('gpu setup', () => {
  it('says in one sentence that there is nothing to set up', async () => {
    vi.stubEnv('PATH', join(process.execPath, '..'));
    const { code, stderr } = await place.run(['gpu', 'setup', '--source', index.address, '--yes']);
    expect(code).toBe(1);
    expect(stderr.trim().split('\n').at(-1)).toMatch(
      onLinux ? /^error: No graphics processor of NVIDIA’s/ : /^error: CUDA cannot be set up on/,
    );
    expect(index.seen).toEqual([]);
    await expect(cudaGpu(messagesFor('en'), 'darwin arm64')).rejects.toMatchObject({
      code: 'GPU_UNSUPPORTED',
      message: expect.stringMatching(/^CUDA cannot be set up on darwin arm64/) as string,
    });
  });

  it.runIf(onLinux)(
    'shows what it takes, and downloads nothing that was not agreed to',
    async () => {
      await pretendGpu();
      const { code, stderr } = await place.run(['gpu', 'setup', '--source', index.address]);
      expect(code).toBe(1);
      expect(stderr).toMatch(/NVIDIA Test, driver 580\.1/);
      expect(stderr).toMatch(/to download from 127\.0\.0\.1/);
      expect(stderr).toMatch(/onnxruntime-gpu [\d.]+, .*, terms: MIT/);
      expect(stderr).toMatch(/nvidia-cudnn-cu13 [\d.]+, .*, terms: LicenseRef-NVIDIA-Proprietary/);
      expect(stderr).toMatch(/Nothing was downloaded: add --yes/);
      expect(index.seen.some((path) => path.startsWith('/files'))).toBe(false);
    },
  );

  it.runIf(onLinux)('brings the libraries, from where the engine loads them', async () => {
    await pretendGpu();
    const args = ['gpu', 'setup', '--source', index.address, '--yes', '--json'];
    const { code, stdout } = await place.run(args);
    expect(code).toBe(0);
    const result = JSON.parse(stdout.trim()) as { folder: string; works: boolean };
    expect(result).toMatchObject({ ok: true, folder: cudaFolder(), works: false });
    expect(await readdir(join(result.folder, '..'))).toEqual([result.folder.split('/').at(-1)]);
    for (const { project, libraries } of WANTED) {
      for (const name of libraries) {
        expect((await readFile(join(result.folder, name))).equals(libraryOf(name))).toBe(true);
      }
      expect(await readFile(join(result.folder, `LICENSE-${project}.txt`), 'utf8')).toBe('terms\n');
    }
    // They are no libraries, which onnxruntime says of the very file that it tried.
    const script = join(ROOT, 'dist', 'main', 'services', 'probe-provider.js');
    const probe = promisify(execFile)(process.execPath, [script, 'cuda'], {
      env: runtimeEnvironment(),
    });
    await expect(probe).rejects.toMatchObject({
      stderr: expect.stringContaining(
        join(result.folder, 'libonnxruntime_providers_shared.so'),
      ) as string,
    });
  });
});

describe('the download of the libraries', () => {
  it('goes on where a connection broke', async () => {
    index.cutAfter = 100;
    await setUp();
    expect(hasCudaLibraries()).toBe(true);
    expect(index.seen).toContain('/files/onnxruntime-gpu/it.whl bytes=100-');
  });

  it('keeps nothing of a wheel whose hash is another, and goes on from those before it', async () => {
    const cublas = index.wheels.get('nvidia-cublas') ?? Buffer.alloc(0);
    index.promised.set('nvidia-cublas', Buffer.from(cublas).fill(0, 100, 101));
    await expect(setUp()).rejects.toMatchObject({ code: 'DOWNLOAD_CORRUPT' });
    expect(hasCudaLibraries()).toBe(false);
    index.promised.clear();
    index.seen.length = 0;
    await setUp();
    expect(hasCudaLibraries()).toBe(true);
    const fetched = index.seen.filter((path) => path.startsWith('/files'));
    expect(fetched[0]).toBe('/files/nvidia-cublas/it.whl');
    expect(fetched).toHaveLength(WANTED.length - 2);
  });

  it.each([
    ['without the libraries', { 'LICENSE.txt': Buffer.from('terms') }, 'UNREADABLE_ARCHIVE'],
    ['that would write elsewhere', { '../../evil': Buffer.from('x') }, 'UNSAFE_ARCHIVE'],
  ])('refuses a wheel %s, and forgets it', async (_, entries, code) => {
    const wanted = WANTED[1];
    if (!wanted) throw new Error('there is no second wheel');
    index.wheels.set(wanted.project, await zipOf(entries));
    await expect(setUp()).rejects.toMatchObject({ code });
    expect(hasCudaLibraries()).toBe(false);
    index.wheels.set(wanted.project, await goodWheel(wanted));
    await setUp();
    expect(hasCudaLibraries()).toBe(true);
  });

  it('says which wheel an index does not have', async () => {
    index.wheels.delete('nvidia-curand');
    await expect(setUp()).rejects.toMatchObject({
      code: expect.stringMatching(/^DOWNLOAD_/) as string,
      message: expect.stringContaining('nvidia-curand') as string,
    });
    expect(index.seen.some((path) => path.startsWith('/files'))).toBe(false);
  });

  it('stops when it is told to', async () => {
    const controller = new AbortController();
    controller.abort();
    await expect(setUp(controller.signal)).rejects.toMatchObject({ name: 'AbortError' });
    expect(hasCudaLibraries()).toBe(false);
  });
});

it('is of libraries that were chosen for the installed onnxruntime', () => {
  expect(runtimeVersion()).toBe(CHOSEN_FOR);
});

it('leaves the environment alone where there are no libraries', () => {
  expect(runtimeEnvironment({ A: 'b' })).toEqual({ A: 'b' });
});

it('reads what the driver’s tool says', () => {
  expect(parseGpu('NVIDIA H100, 550.54, 81559\nNVIDIA H100, 550.54, 81559\n')).toEqual({
    name: 'NVIDIA H100',
    driver: '550.54',
    memory: 81559 * 2 ** 20,
  });
  expect(parseGpu('No devices were found')).toBeUndefined();
});
