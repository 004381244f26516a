/** What the export dialog shows of the file that it would save. */
import type { ReadyFile } from '../../../preload/contract.js';
import { toStudioError } from '../../bridge/client.js';
import {
  dropBlobs,
  encodePicture,
  type ExportHost,
  type ExportOptions,
  type FlatFormat,
  type Flattened,
} from '../../files/export.js';
import { Latest } from './latest.js';

/** How the flat picture is to be written. */
export interface Wanted extends ExportOptions {
  readonly format: FlatFormat;
  readonly recipe: string | null;
}

interface Encoded {
  readonly file: ReadyFile;
  /** Null for a format that the page cannot show. */
  readonly bytes: ArrayBuffer | null;
}

/** Formats that pages cannot show. */
const UNSEEN: ReadonlySet<string> = new Set(['tiff']);

function isSame(a: Wanted, b: Wanted | null): boolean {
  return (
    a.format === b?.format &&
    a.quality === b.quality &&
    a.lossless === b.lossless &&
    a.recipe === b.recipe
  );
}

/** Encodes the picture as it is wanted, one at a time, and holds the latest file. */
export class ExportPreview {
  /** The file of the last answer. */
  file = $state.raw<ReadyFile | null>(null);
  /** Where the page finds it as a picture; null for a format that it cannot show. */
  url = $state.raw<string | null>(null);
  measuring = $state(true);
  error = $state.raw<string | null>(null);
  readonly #host: ExportHost;
  readonly #explain: (error: unknown) => string;
  readonly #picture: Promise<Flattened>;
  readonly #encoder: Latest<Wanted, Encoded>;
  readonly #closing = new AbortController();
  #shown: Wanted | null = null;

  /** Flattens the document at once. */
  constructor(host: ExportHost, explain: (error: unknown) => string) {
    this.#host = host;
    this.#explain = explain;
    this.#picture = host.files.flattened(undefined, { signal: this.#closing.signal });
    // Said by what waits for it.
    this.#picture.catch(() => undefined);
    this.#encoder = new Latest(
      (wanted) => this.#encode(wanted),
      ({ file }) => {
        dropBlobs(host, [file.blob]);
      },
    );
  }

  /** Encodes and shows. @returns the file; null where it failed or something else is wanted by now */
  async show(wanted: Wanted): Promise<ReadyFile | null> {
    if (this.file && !this.measuring && isSame(wanted, this.#shown)) return this.file;
    this.measuring = true;
    this.error = null;
    try {
      const encoded = await this.#encoder.ask(wanted);
      if (encoded === null) return null;
      this.#take(encoded, wanted);
      this.measuring = false;
      return encoded.file;
    } catch (error) {
      this.measuring = false;
      this.error = this.#explain(toStudioError(error));
      return null;
    }
  }

  /** The file is somebody else's to drop. */
  release(): void {
    this.file = null;
    this.#shown = null;
  }

  /** Lets everything go. */
  close(): void {
    this.#closing.abort();
    this.#encoder.close();
    this.#clear();
    void this.#picture.then(
      ({ blob }) => {
        dropBlobs(this.#host, [blob]);
      },
      () => undefined,
    );
  }

  async #encode(wanted: Wanted): Promise<Encoded> {
    const file = await encodePicture(this.#host, await this.#picture, wanted, wanted.recipe);
    if (UNSEEN.has(wanted.format)) return { file, bytes: null };
    const response = await this.#host.client.download(file.blob);
    return { file, bytes: await response.arrayBuffer() };
  }

  #take({ file, bytes }: Encoded, wanted: Wanted): void {
    this.#clear();
    this.file = file;
    this.url = bytes && URL.createObjectURL(new Blob([bytes], { type: file.mime }));
    this.#shown = wanted;
  }

  #clear(): void {
    if (this.url !== null) URL.revokeObjectURL(this.url);
    if (this.file) dropBlobs(this.#host, [this.file.blob]);
    this.url = null;
    this.file = null;
    this.#shown = null;
  }
}
