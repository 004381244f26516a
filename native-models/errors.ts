/**
 * An error meant to be read by a person: `message` is one sentence that says what is wrong and what
 * to do, `code` is stable and what programs and tests look at.
 */
export class NativaError extends Error {
  readonly code: string;

  constructor(code: string, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'NativaError';
    this.code = code;
  }
}
