/** Errors on their way to the renderer. */
import { NativaError } from '../../../native-models/errors.js';
import { titled } from '../i18n/index.js';
import type { Messages } from '../i18n/index.js';

/** A stable code and one sentence for people. */
export interface WireError {
  readonly code: string;
  readonly message: string;
}

/** Any error as it crosses: what is not meant for people becomes INTERNAL_ERROR. */
export function wireError(error: unknown): WireError {
  if (error instanceof NativaError) {
    return { code: error.code, message: error.message.replace(/\s*\n\s*/g, ' ') };
  }
  if (error instanceof Error && error.name === 'AbortError') {
    return { code: 'CANCELLED', message: 'Cancelled.' };
  }
  const what = error instanceof Error ? error.message.split('\n', 1)[0] : String(error);
  const message = `Something unexpected went wrong (${what ?? ''}); try again, and report it if it stays.`;
  return { code: 'INTERNAL_ERROR', message };
}

/** An error in the person's words, where there are such for its kind. */
export function inLanguage(error: unknown, { errors }: Messages): unknown {
  if (!(error instanceof NativaError)) return error;
  const title = errors.titles[error.code];
  return title === undefined ? error : new NativaError(error.code, title, { cause: error });
}

/** As {@link inLanguage}, with the sentence that says which file, name or server it is about. */
export function inDetail(error: unknown, { errors }: Messages): unknown {
  if (!(error instanceof NativaError)) return error;
  const message = titled(errors.titles[error.code], error.message);
  return new NativaError(error.code, message, { cause: error });
}
