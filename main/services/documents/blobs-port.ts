/** Where pixels and files wait under an id, so that messages need not carry them. */
export interface Blobs {
  /** @throws NativaError where nothing waits under that id */
  read(id: string): Promise<Uint8Array>;
  /** Keeps bytes, which belong to the store from now on. @returns their id */
  put(bytes: Uint8Array): string;
}
