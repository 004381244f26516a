/** What can go wrong when a document is changed or read. */

/** Stable names of what went wrong, translated for the person by the interface. */
export type DocumentErrorCode =
  /** The layer, one it lies in, or one that lies in it is locked. */
  | 'LAYER_LOCKED'
  | 'NO_SUCH_LAYER'
  /** The layer is there, but the change is for layers of another type. */
  | 'WRONG_LAYER_TYPE'
  /** Layers cannot be put there: it is no group, or it is one of them. */
  | 'BAD_PARENT'
  /** A side is not a whole number of pixels between 1 and 65535, or a mask is of another size. */
  | 'BAD_SIZE'
  /** A number is not finite, a colour is not a hex colour, and the like. */
  | 'BAD_VALUE'
  | 'TOO_MANY_LAYERS'
  | 'TOO_DEEP'
  | 'TOO_MANY_GUIDES'
  | 'NO_SUCH_GUIDE'
  | 'NO_SUCH_STATE'
  /** The state is known, but its document is not in memory: restore it first. */
  | 'STATE_RELEASED'
  | 'NO_SUCH_MARK'
  | 'BAD_PROJECT'
  /** Written by a later version of the program. */
  | 'NEWER_PROJECT';

/** An error of a document, its history or its file; `message` is one plain sentence. */
export class DocumentError extends Error {
  readonly code: DocumentErrorCode;

  constructor(code: DocumentErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'DocumentError';
    this.code = code;
  }
}
