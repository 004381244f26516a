/** The renderer's side of the contract: typed requests, checked answers, pixels by their route. */
import {
  REQUESTS,
  eventSchema,
  type Answer,
  type Ask,
  type NativaBridge,
  type RequestName,
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

  /** Gives bytes to the services. @returns the id they know them by */
  async upload(bytes: Blob | Uint8Array<ArrayBuffer>): Promise<string> {
    const response = await this.#fetch(this.#bridge.pixelRoute, { method: 'POST', body: bytes });
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

  /** Lets the person keep a ready file. @returns false if they thought better of it */
  async saveFile(name: string, blob: string): Promise<boolean> {
    if (this.#bridge.saveFile) return this.#bridge.saveFile(name, blob);
    const link = document.createElement('a');
    link.href = `${this.#bridge.pixelRoute}/${blob}?download&name=${encodeURIComponent(name)}`;
    link.download = name;
    link.click();
    return true;
  }

  async #fetch(url: string, init?: RequestInit): Promise<Response> {
    const response = await fetch(url, init).catch((error: unknown) => {
      throw new StudioError('SERVICE_GONE', error instanceof Error ? error.message : String(error));
    });
    if (response.ok) return response;
    throw new StudioError('PIXELS_REFUSED', await response.text());
  }
}
