/** How work that takes long is watched, and given up. */
export interface Watched {
  /** Aborted when nobody wants it any more. */
  readonly signal: AbortSignal;
  /** Tells how much is done, from 0 to 1. */
  readonly onProgress: (part: number) => void;
}

/** Work that nobody looks at. */
export const unwatched = (): Watched => ({
  signal: new AbortController().signal,
  onProgress: () => undefined,
});
