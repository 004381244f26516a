/** The package with onnxruntime's CUDA provider, as a server of NuGet's kind tells of it. */
import { z } from 'zod';

import { NativaError } from '../../../native-models/errors.js';
import { readSmallFile } from '../downloads/index.js';
import type { HubOptions, RemoteFile } from '../downloads/index.js';
import { runtimeVersion } from './libraries.js';

/** The public server. */
export const NUGET = 'https://api.nuget.org/v3/index.json';
const PACKAGE = 'Microsoft.ML.OnnxRuntime.Gpu.Linux';
/** Folder of the libraries in the package. */
export const IN_PACKAGE = 'runtimes/linux-x64/native';

/** What is downloaded. */
export interface GpuPackage extends RemoteFile {
  readonly version: string;
  /** Its licence: a name, or the address of its text. */
  readonly licence: string;
  /** Its page for people. */
  readonly page: string;
}

const MOST = 4 * 2 ** 20;

const indexSchema = z.object({
  resources: z.array(z.object({ '@id': z.url(), '@type': z.string() })),
});
const leafSchema = z.object({ catalogEntry: z.url(), packageContent: z.url() });
const entrySchema = z.object({
  packageHash: z.string().regex(/^[A-Za-z0-9+/]{86}==$/),
  packageHashAlgorithm: z.literal('SHA512'),
  packageSize: z.int().min(1),
  licenseExpression: z.string().optional(),
  licenseUrl: z.string().optional(),
});

/**
 * Asks the server for the package of the installed onnxruntime's version: index, the package's leaf
 * and its entry in the catalogue, which has size and hash.
 * @throws NativaError DOWNLOAD_*, UNSAFE_REDIRECT, BAD_PROXY; AbortError
 */
export async function findPackage(options: HubOptions): Promise<GpuPackage> {
  const version = runtimeVersion();
  const index = await ask(options.net.endpoint, indexSchema, options);
  const base = index.resources.find(({ '@type': type }) => type === 'RegistrationsBaseUrl');
  if (base === undefined) throw strange(options.net.endpoint);
  const about = `${base['@id'].replace(/\/*$/, '/')}${PACKAGE.toLowerCase()}/${version}.json`;
  const leaf = await ask(new URL(about), leafSchema, options);
  const entry = await ask(new URL(leaf.catalogEntry), entrySchema, options);
  const page = `https://www.nuget.org/packages/${PACKAGE}/${version}`;
  return {
    url: new URL(leaf.packageContent),
    path: `${PACKAGE} ${version}`,
    size: entry.packageSize,
    hash: { kind: 'sha512', value: Buffer.from(entry.packageHash, 'base64').toString('hex') },
    version,
    licence: entry.licenseExpression || entry.licenseUrl || `${page}/license`,
    page,
  };
}

async function ask<T extends z.ZodType>(
  url: URL,
  schema: T,
  options: HubOptions,
): Promise<z.output<T>> {
  const bytes = await readSmallFile(url, url.pathname, MOST, options);
  try {
    return schema.parse(JSON.parse(bytes.toString('utf8')));
  } catch {
    throw strange(url);
  }
}

function strange(url: URL): NativaError {
  const message = `${url.host} describes the package ${PACKAGE} in a way that is not understood; check the server's address, or look for a newer Nativa.`;
  return new NativaError('DOWNLOAD_REFUSED', message);
}
