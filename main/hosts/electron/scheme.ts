/** `nativa://app`: the page's files and its pixels, from this process alone. */
import { readFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import { protocol } from 'electron';
import type { BlobStore } from '../../services/blobs.js';
import { wireError } from '../../services/studio/errors.js';
import type { Asset } from '../browser/assets.js';
import { PIXEL_ROUTE, blobIdOf, declaredSize, pixelStatus } from '../browser/pixels.js';
import { securityHeaders } from '../browser/policy.js';
import { SCHEME, isOurs } from './address.js';

type Body = ConstructorParameters<typeof Response>[0];

/** Has to be done before the app is ready. */
export function registerScheme(): void {
  const privileges = { standard: true, secure: true, supportFetchAPI: true, stream: true };
  protocol.registerSchemesAsPrivileged([{ scheme: SCHEME, privileges }]);
}

/** Serves the scheme from now on. */
export function serveScheme(assets: ReadonlyMap<string, Asset>, blobs: BlobStore): void {
  protocol.handle(SCHEME, async (request) => {
    const { pathname } = new URL(request.url);
    if (!isOurs(request.url)) return text(404, 'There is nothing at this address.');
    try {
      if (request.method === 'POST' && pathname === PIXEL_ROUTE)
        return await upload(request, blobs);
      if (request.method !== 'GET') return text(405, 'This can only be read.');
      if (pathname.startsWith(`${PIXEL_ROUTE}/`)) return await pixels(pathname, blobs);
    } catch (error) {
      const wire = wireError(error);
      return respond(pixelStatus(wire.code), 'application/json', JSON.stringify(wire));
    }
    const asset = assets.get(pathname);
    if (asset === undefined) return text(404, 'There is nothing at this address.');
    return respond(200, asset.type, await readFile(asset.path));
  });
}

async function upload(request: Request, blobs: BlobStore): Promise<Response> {
  // Both are the web's streams; the types of Node and of the page do not know each other.
  const body = request.body as ReadableStream<Uint8Array> | null;
  const size = declaredSize(request.headers.get('content-length'));
  const id = await blobs.receive(body ?? Readable.from([]), size);
  return respond(200, 'application/json', JSON.stringify({ id }));
}

async function pixels(path: string, blobs: BlobStore): Promise<Response> {
  const { size, stream } = await blobs.open(blobIdOf(path));
  const body = Readable.toWeb(stream) as unknown as Body;
  return respond(200, 'application/octet-stream', body, { 'Content-Length': String(size) });
}

function text(status: number, sentence: string): Response {
  return respond(status, 'text/plain; charset=utf-8', `${sentence}\n`);
}

function respond(
  status: number,
  type: string,
  body: Body,
  more: Record<string, string> = {},
): Response {
  const headers = { ...securityHeaders(), 'Content-Type': type, 'Cache-Control': 'no-store' };
  return new Response(body, { status, headers: { ...headers, ...more } });
}
