/** The renderer's side of the contract: typed requests, checked answers, pixels by their route. */
import {
  REQUESTS,
  eventSchema,
  wireErrorSchema,
  type Answer,
  type Ask,
  type NativaBridge,
  type RequestName,
  type SaveTarget,
  type StudioEvent,
} from '../../preload/contract.js';

/** An error of the other side: `code` is stable, `message` one sentence for people. */
export class StudioError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.name = 'StudioError';
    this.code = code;
  }
}

/** Anything thrown as a code and a sentence. */
export function toStudioError(error: unknown): StudioError {
  if (error instanceof StudioError) return error;
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof Error && 'code' in error) {
    return new StudioError(String(error.code), message);
  }
  // Errors that cross Electron's bridge keep nothing but their message.
  const crossed = /^(?:Error: )?([A-Z][A-Z0-9_]+): (.+)$/s.exec(message);
  return new StudioError(crossed?.[1] ?? 'UNEXPECTED', crossed?.[2] ?? message);
}

/** Bytes of a file that are sent at once. */
const PART = 256 * 2 ** 20;
/** Bytes of memory that are sent at once. */
export const PIECE = 16 * 2 ** 20;

type Bytes = Uint8Array<ArrayBuffer> | Uint8ClampedArray<ArrayBuffer>;

/** What a person does with the services: see preload/contract.ts for what each request means. */
export class Client {
  readonly #bridge: NativaBridge;

  constructor(bridge: NativaBridge) {
    this.#bridge = bridge;
  }

  /** @throws StudioError */
  async request<N extends RequestName>(name: N, ask: Ask<N>): Promise<Answer<N>> {
    try {
      const answer = await this.#bridge.request(name, REQUESTS[name].ask.parse(ask));
      // The schema of this very name, which the type checker cannot follow through the table.
      return REQUESTS[name].answer.parse(answer) as Answer<N>;
    } catch (error) {
      throw toStudioError(error);
    }
  }

  /** @returns a function that stops listening */
  onEvent(listener: (event: StudioEvent) => void): () => void {
    return this.#bridge.onEvent((event) => {
      const parsed = eventSchema.safeParse(event);
      if (parsed.success) listener(parsed.data);
    });
  }

  /**
   * Gives bytes to the services, in parts if they are many. @returns the id they know them by
   * @throws StudioError; the signal's reason once it is aborted, and then nothing stays there
   */
  async upload(bytes: Blob | Bytes, signal?: AbortSignal): Promise<string> {
    return this.uploadParts(partsOf(bytes), signal);
  }

  /**
   * The same with parts that are made one after the other, each in memory of its own: a browser holds
   * what is sent until the page's garbage is collected, and it is the new memory that leads to that.
   */
  async uploadParts(
    parts: Iterable<Blob | Bytes> | AsyncIterable<Blob | Bytes>,
    signal?: AbortSignal,
  ): Promise<string> {
    const sent: string[] = [];
    try {
      for await (const part of parts) sent.push(await this.#post(part, signal));
      return await this.joined(sent);
    } catch (error) {
      this.drop(...sent);
      throw error;
    }
  }

  /** One blob of several, in their order. */
  async joined(parts: readonly string[]): Promise<string> {
    const [only] = parts;
    if (parts.length === 1 && only !== undefined) return only;
    const { blob } = await this.request('blobs.join', [...parts]);
    return blob;
  }

  /** Lets a blob go; that it is gone already is nothing to complain about. */
  drop(...ids: readonly string[]): void {
    if (ids.length > 0) void this.request('blobs.drop', [...ids]).catch(() => undefined);
  }

  async #post(body: Blob | Bytes, signal?: AbortSignal): Promise<string> {
    signal?.throwIfAborted();
    // Bytes themselves would be handed to the network while the page stands still.
    const sent = body instanceof Blob ? body : new Blob([body]);
    const init = { method: 'POST', body: sent, ...(signal && { signal }) };
    const response = await this.#fetch(this.#bridge.pixelRoute, init);
    const { id } = (await response.json()) as { id: string };
    return id;
  }

  /** Bytes of a blob, as they arrive. */
  async download(id: string): Promise<Response> {
    return this.#fetch(`${this.#bridge.pixelRoute}/${id}`);
  }

  /** All bytes of a blob. */
  async bytes(id: string): Promise<Uint8ClampedArray<ArrayBuffer>> {
    return new Uint8ClampedArray(await (await this.download(id)).arrayBuffer());
  }

  /**
   * Lets the person keep a ready file.
   * @param target the document it is of, if it is saved again without a question
   * @returns the file's name, null if they thought better of it
   */
  async saveFile(name: string, blob: string, target?: SaveTarget): Promise<string | null> {
    if (this.#bridge.saveFile) return this.#bridge.saveFile(name, blob, target);
    const link = document.createElement('a');
    link.href = `${this.#bridge.pixelRoute}/${blob}?download&name=${encodeURIComponent(name)}`;
    link.download = name;
    link.click();
    return name;
  }

  async #fetch(url: string, init?: RequestInit): Promise<Response> {
    const response = await fetch(url, init).catch((error: unknown) => {
      init?.signal?.throwIfAborted();
      throw new StudioError('SERVICE_GONE', error instanceof Error ? error.message : String(error));
    });
    if (response.ok) return response;
    throw refusal(await response.text());
  }
}

function* partsOf(bytes: Blob | Bytes): Generator<Blob | Bytes> {
  if (bytes instanceof Blob) {
    for (let at = 0; at === 0 || at < bytes.size; at += PART) yield bytes.slice(at, at + PART);
  } else {
    for (let at = 0; at === 0 || at < bytes.length; at += PIECE) {
      yield bytes.slice(at, at + PIECE);
    }
  }
}

/** The services answer with a code and a sentence; what lies between may answer with anything. */
function refusal(text: string): StudioError {
  try {
    const { code, message } = wireErrorSchema.parse(JSON.parse(text));
    return new StudioError(code, message);
  } catch {
    return new StudioError('PIXELS_REFUSED', text);
  }
}
