/** Where pixels and files wait under an id, so that messages need not carry them. */
export interface Blobs {
  /** @throws NativaError BLOB_NOT_FOUND where nothing waits under that id */
  read(id: string): Promise<Uint8Array>;
  /** Bytes under an id. @throws NativaError BLOB_NOT_FOUND */
  sizeOf(id: string): number;
  /** Some bytes of what waits under an id. @throws NativaError BLOB_NOT_FOUND */
  slice(id: string, start: number, length: number): Promise<Uint8Array>;
  /** Keeps bytes, which belong to the store from now on. @returns their id */
  put(bytes: Uint8Array): string;
  /** Makes one of several, in their order. @throws NativaError DOCUMENT_TOO_LARGE */
  join(ids: readonly string[]): string;
  /**
   * One of so many bytes, which `use` puts in their places in any order; nothing stays if it fails.
   * @throws NativaError DISK_FULL, DOCUMENT_TOO_LARGE, and what `use` throws
   */
  fill(
    size: number,
    use: (put: (bytes: Uint8Array, at: number) => Promise<void>) => Promise<void>,
  ): Promise<string>;
  /** Lets go of what nobody needs any more. */
  drop(ids: readonly string[]): void;
}
