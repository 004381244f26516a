/** The pixel route: blobs in by POST, out by GET. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { NativaError } from '../../../native-models/errors.js';
import type { BlobStore } from '../../services/blobs.js';
import { wireError } from '../../services/studio/errors.js';

/** Where blobs are posted to, and below which they are fetched. */
export const PIXEL_ROUTE = '/pixels';

const BLOB_PATH = /^\/pixels\/([a-z0-9]{16,64})$/;
/** Milliseconds that a refused upload is listened to, so that its sender reads why. */
const DRAIN = 5_000;
const STATUS: Readonly<Record<string, number>> = {
  BLOB_NOT_FOUND: 404,
  UPLOAD_TOO_LARGE: 413,
  UPLOAD_CUT: 400,
  DISK_FULL: 507,
};

/** HTTP status of an error of the pixel route. */
export function pixelStatus(code: string): number {
  return STATUS[code] ?? 500;
}

/** The blob that a path names. @throws NativaError BLOB_NOT_FOUND */
export function blobIdOf(path: string): string {
  const id = BLOB_PATH.exec(path)?.[1];
  if (id !== undefined) return id;
  throw new NativaError('BLOB_NOT_FOUND', 'There are no pixels under this address.');
}

/** Size of an upload as its headers say; undefined where they do not. */
export function declaredSize(header: string | null | undefined): number | undefined {
  return header !== null && header !== undefined && /^\d{1,15}$/.test(header)
    ? Number(header)
    : undefined;
}

/**
 * Value of a Content-Disposition header that saves a blob under a name; nothing in the name leaves
 * the folder that downloads go to.
 */
export function attachment(name: string): string {
  const clean = Array.from(name, (c) => (isUnsafe(c) ? '_' : c))
    .join('')
    .replace(/^[\s.]+|[\s.]+$/g, '')
    .slice(0, 200);
  const safe = clean === '' ? 'nativa' : clean;
  const ascii = safe.replace(/[^\x20-\x7e]/g, '_');
  const encoded = encodeURIComponent(safe).replace(/['()*]/g, percent);
  return `attachment; filename="${ascii}"; filename*=UTF-8''${encoded}`;
}

function isUnsafe(character: string): boolean {
  const code = character.codePointAt(0) ?? 0;
  // Lone surrogates cannot be encoded.
  if (code < 32 || code === 127 || (code >= 0xd800 && code <= 0xdfff)) return true;
  return '/\\:*?"<>|%;'.includes(character);
}

function percent(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}

/** Answers a request to the pixel route of a page that may use it. */
export async function servePixels(
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
  blobs: BlobStore,
): Promise<void> {
  try {
    if (request.method === 'POST') await receive(request, response, blobs);
    else await send(response, url, blobs);
  } catch (error) {
    if (response.headersSent) {
      response.destroy();
      return;
    }
    const wire = wireError(error);
    response.writeHead(pixelStatus(wire.code), {
      'Content-Type': 'application/json',
      'Cache-Control': 'no-store',
      Connection: 'close',
    });
    response.end(JSON.stringify(wire));
    drain(request);
  }
}

async function receive(
  request: IncomingMessage,
  response: ServerResponse,
  blobs: BlobStore,
): Promise<void> {
  const size = declaredSize(request.headers['content-length']);
  // What is left of a refused upload is drained, not cut off: its sender would not read the answer.
  const chunks = request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
  const id = await blobs.receive(chunks, size);
  response.writeHead(200, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' });
  response.end(JSON.stringify({ id }));
}

async function send(response: ServerResponse, url: URL, blobs: BlobStore): Promise<void> {
  const id = blobIdOf(url.pathname);
  const { size, stream } = await blobs.open(id);
  const { searchParams } = url;
  response.writeHead(200, {
    'Content-Type': 'application/octet-stream',
    'Content-Length': size,
    'Cache-Control': 'no-store',
    ...(searchParams.has('download') && {
      'Content-Disposition': attachment(searchParams.get('name') ?? ''),
    }),
  });
  // A page that goes away in the middle is nobody's error.
  const whole = await pipeline(stream, response).then(
    () => true,
    () => false,
  );
  if (whole && searchParams.has('once')) blobs.drop([id]);
}

function drain(request: IncomingMessage): void {
  if (request.complete) return;
  request.resume();
  const timer = setTimeout(() => request.destroy(), DRAIN).unref();
  request.once('close', () => {
    clearTimeout(timer);
  });
}
