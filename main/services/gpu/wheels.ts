/**
 * Wheels that have what CUDA needs: onnxruntime's provider and the libraries of NVIDIA's that it
 * opens. They are archives for Python, which is not needed: only libraries and licences are taken
 * out of them. A server with the package index's interface (PEP 691 and 700) says where they are.
 */
import { z } from 'zod';

import { NativaError } from '../../../native-models/errors.js';
import { readSmallFile } from '../downloads/index.js';
import type { HubOptions, RemoteFile } from '../downloads/index.js';
import { runtimeVersion } from './runtime.js';

/** The public index. */
export const WHEELS = 'https://pypi.org/simple/';

/** A wheel, and what in it is wanted. */
export interface WantedWheel {
  readonly project: string;
  readonly version: string;
  /** Folder of the libraries in the wheel. */
  readonly folder: string;
  readonly libraries: readonly string[];
  /** Path of the licence in the wheel. */
  readonly licence: string;
  /** Its name, as the wheel has it. */
  readonly terms: string;
}

/** Folder of most of NVIDIA's libraries. */
const CUDA_FOLDER = 'nvidia/cu13/lib';

const ofNvidia = (
  project: string,
  version: string,
  libraries: readonly string[],
  folder = CUDA_FOLDER,
): WantedWheel => ({
  project,
  version,
  folder,
  libraries,
  licence: `${project.replaceAll('-', '_')}-${version}.dist-info/licenses/License.txt`,
  terms: 'LicenseRef-NVIDIA-Proprietary',
});

const ONNXRUNTIME: WantedWheel = {
  project: 'onnxruntime-gpu',
  version: runtimeVersion(),
  folder: 'onnxruntime/capi',
  libraries: ['libonnxruntime_providers_shared.so', 'libonnxruntime_providers_cuda.so'],
  licence: 'onnxruntime/LICENSE',
  terms: 'MIT',
};

/** The version of onnxruntime that NVIDIA's were chosen for: its provider names them. */
export const CHOSEN_FOR = '1.30.0';

/** All that are needed. cuDNN opens its parts, and the compiler of kernels, by name when they are used. */
export const WANTED: readonly WantedWheel[] = [
  ONNXRUNTIME,
  ofNvidia('nvidia-cuda-runtime', '13.0.96', ['libcudart.so.13']),
  ofNvidia('nvidia-cublas', '13.1.1.3', ['libcublas.so.13', 'libcublasLt.so.13']),
  ofNvidia('nvidia-curand', '10.4.0.35', ['libcurand.so.10']),
  ofNvidia('nvidia-cuda-nvrtc', '13.0.88', ['libnvrtc.so.13', 'libnvrtc-builtins.so.13.0']),
  ofNvidia(
    'nvidia-cudnn-cu13',
    '9.20.0.48',
    [
      'libcudnn.so.9',
      'libcudnn_adv.so.9',
      'libcudnn_cnn.so.9',
      'libcudnn_engines_precompiled.so.9',
      'libcudnn_engines_runtime_compiled.so.9',
      'libcudnn_graph.so.9',
      'libcudnn_heuristic.so.9',
      'libcudnn_ops.so.9',
    ],
    'nvidia/cudnn/lib',
  ),
];

/** A wheel that the server has. */
export interface Wheel extends RemoteFile {
  readonly wanted: WantedWheel;
  /** Its page for people. */
  readonly page: string;
}

const MOST = 16 * 2 ** 20;
const JSON_INDEX = 'application/vnd.pypi.simple.v1+json';
/** The one kind of machine that has them; see `cudaGpu`. */
const PLATFORM = /manylinux[^-]*_x86_64\.whl$/;

const projectSchema = z.object({
  files: z.array(
    z.object({
      filename: z.string().max(300),
      url: z.string().max(2000),
      size: z.int().min(1).nullish(),
      hashes: z.object({ sha256: z.string().regex(/^[0-9a-f]{64}$/) }).partial(),
    }),
  ),
});

/**
 * Asks the server where the wheels are.
 * @throws NativaError DOWNLOAD_*, UNSAFE_REDIRECT, BAD_PROXY; AbortError
 */
export function findWheels(options: HubOptions): Promise<Wheel[]> {
  return Promise.all(WANTED.map((wanted) => findWheel(wanted, options)));
}

async function findWheel(wanted: WantedWheel, options: HubOptions): Promise<Wheel> {
  const { project, version } = wanted;
  const base = options.net.endpoint.href.replace(/\/*$/, '/');
  const index = new URL(`${project}/`, base);
  const bytes = await readSmallFile(index, project, MOST, options, { accept: JSON_INDEX });
  const { files } = understood(bytes, project, index);
  const start = `${project.replaceAll('-', '_')}-${version}-`;
  const file = files.find(({ filename }) => filename.startsWith(start) && PLATFORM.test(filename));
  const { size, hashes } = file ?? {};
  if (file === undefined || !size || hashes?.sha256 === undefined) {
    const message = `${index.host} has no ${project} ${version} for this system; check the server's address, or look for a newer Nativa.`;
    throw new NativaError('DOWNLOAD_REFUSED', message);
  }
  return {
    wanted,
    url: new URL(file.url, index),
    path: `${project} ${version}`,
    size,
    hash: { kind: 'sha256', value: hashes.sha256 },
    page: `https://pypi.org/project/${project}/${version}/`,
  };
}

function understood(bytes: Buffer, project: string, { host }: URL) {
  try {
    return projectSchema.parse(JSON.parse(bytes.toString('utf8')));
  } catch {
    const message = `${host} describes ${project} in a way that is not understood; check the server's address, or look for a newer Nativa.`;
    throw new NativaError('DOWNLOAD_REFUSED', message);
  }
}
