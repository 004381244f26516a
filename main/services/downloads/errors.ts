/** What can go wrong on the way to a model, one sentence each. */
import { systemErrorCode } from '../../../native-models/bundle/index.js';
import { NativaError } from '../../../native-models/errors.js';

/** Something that another try may not meet again. */
export class TransientError extends Error {
  /** Milliseconds that the server asks to wait. */
  readonly retryAfter: number | undefined;

  constructor(message: string, options: { cause?: unknown; retryAfter?: number | undefined } = {}) {
    super(message, options);
    this.name = 'TransientError';
    this.retryAfter = options.retryAfter;
  }
}

/** All tries failed; what has arrived is kept. */
export function givenUp(what: string, cause: TransientError): NativaError {
  const message = `${what} could not be had (${cause.message}); check the connection and the proxy, and go on later: what has arrived is kept.`;
  return new NativaError('DOWNLOAD_FAILED', message, { cause });
}

/** The server's listing and what it sends are not the same. */
export function wrongSize(file: string, listed: number, sent: string): NativaError {
  const message = `${file} should have ${listed} bytes, and the server sends ${sent}; see that no sign-in page stands before the connection and go on, or cancel the download and start it anew.`;
  return new NativaError('DOWNLOAD_SIZE', message);
}

export function wrongBytes(file: string): NativaError {
  const message = `${file} arrived twice with other contents than its listing promises (its hash differs); nothing of it was kept, so try again later or from another server.`;
  return new NativaError('DOWNLOAD_CORRUPT', message);
}

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];

function amount(bytes: number): string {
  const power = Math.min(UNITS.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10));
  return `${(bytes / 1024 ** power).toFixed(power === 0 ? 0 : 1)} ${UNITS[power] ?? 'B'}`;
}

/** @param missing bytes */
export function noRoom(folder: string, missing: number): NativaError {
  const message = `There is too little room on the disk of ${folder}: free ${amount(missing)} more and go on.`;
  return new NativaError('DISK_FULL', message);
}

/** Errors of the disk that people can do something about; others as they are. */
export function explainDisk(folder: string, error: unknown): unknown {
  const code = systemErrorCode(error);
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    const message = `The disk of ${folder} is full: free some room and go on; what has arrived is kept.`;
    return new NativaError('DISK_FULL', message, { cause: error });
  }
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') {
    const message = `${folder} cannot be written to: change its permissions and go on.`;
    return new NativaError('FOLDER_UNWRITABLE', message, { cause: error });
  }
  return error;
}
