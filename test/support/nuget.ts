/** A server of NuGet's kind on this machine, with one package, which can be told to misbehave. */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import { ZipWriter } from '../../main/services/documents/zip/write.js';

const FOLDER = 'runtimes/linux-x64/native';

/** A package whose entries have these contents, deflated. */
export async function zipOf(entries: Readonly<Record<string, Uint8Array>>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  const zip = new ZipWriter((bytes) => {
    parts.push(Buffer.from(bytes));
    return Promise.resolve();
  });
  for (const [name, bytes] of Object.entries(entries)) await zip.deflate(name, bytes);
  await zip.finish();
  return Buffer.concat(parts);
}

/** Contents of the libraries in a package that is as it should be. */
export const LIBRARIES = {
  'libonnxruntime_providers_shared.so': Buffer.from('no library, but bytes of one\n'),
  'libonnxruntime_providers_cuda.so': Buffer.alloc(3_000_000, 'cuda '),
};

/** The package as NuGet has it: the libraries among other things. */
export function goodPackage(): Promise<Buffer> {
  const inside = Object.entries(LIBRARIES).map(([name, bytes]) => [`${FOLDER}/${name}`, bytes]);
  return zipOf({
    'LICENSE.txt': Buffer.from('terms\n'),
    [`${FOLDER}/libonnxruntime_providers_tensorrt.so`]: Buffer.from('left alone'),
    ...(Object.fromEntries(inside) as Record<string, Buffer>),
  });
}

export class NuGet {
  /** Path and range of each request. */
  readonly seen: string[] = [];
  /** Bytes that are sent before the connection is cut, once. */
  cutAfter: number | undefined;
  /** Size and hash are told of these. */
  promised: Buffer;
  readonly #server: Server;

  private constructor(public bytes: Buffer) {
    this.promised = bytes;
    this.#server = createServer((request, response) => {
      this.#answer(request, response);
    });
  }

  static async start(bytes: Buffer): Promise<NuGet> {
    const nuget = new NuGet(bytes);
    nuget.#server.listen(0, '127.0.0.1');
    await once(nuget.#server, 'listening');
    return nuget;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Address of the index. */
  get index(): string {
    return `${this.origin}/v3/index.json`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #answer({ url = '', headers }: IncomingMessage, response: ServerResponse): void {
    this.seen.push(`${url} ${headers.range ?? ''}`.trim());
    const json = (value: object): void => {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(value));
    };
    const { origin } = this;
    if (url === '/v3/index.json') {
      json({ resources: [{ '@id': `${origin}/reg/`, '@type': 'RegistrationsBaseUrl' }] });
    } else if (/^\/reg\/microsoft\.ml\.onnxruntime\.gpu\.linux\/[\d.]+\.json$/.test(url)) {
      json({ catalogEntry: `${origin}/entry.json`, packageContent: `${origin}/package.nupkg` });
    } else if (url === '/entry.json') {
      json({
        packageHash: createHash('sha512').update(this.promised).digest('base64'),
        packageHashAlgorithm: 'SHA512',
        packageSize: this.promised.length,
        licenseExpression: 'MIT',
      });
    } else if (url === '/package.nupkg') this.#send(headers.range, response);
    else {
      response.statusCode = 404;
      response.end();
    }
  }

  #send(range: string | undefined, response: ServerResponse): void {
    const from = Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1] ?? 0);
    const { length } = this.bytes;
    response.statusCode = range === undefined ? 200 : 206;
    response.setHeader('content-length', length - from);
    if (range !== undefined) {
      response.setHeader('content-range', `bytes ${from}-${length - 1}/${length}`);
    }
    const cut = this.cutAfter;
    if (cut === undefined) {
      response.end(this.bytes.subarray(from));
      return;
    }
    this.cutAfter = undefined;
    response.write(this.bytes.subarray(from, from + cut), () => response.destroy());
  }
}
