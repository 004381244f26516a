/** Every request of the contract, whichever host it comes through. */
import { REQUESTS, eventSchema } from '../../../preload/contract.js';
import type { Answer, RequestName, StudioEvent } from '../../../preload/contract.js';
import { firstIssue } from '../../../native-models/bundle/index.js';
import { NativaError } from '../../../native-models/errors.js';
import type { z } from 'zod';
import type { SavePlaces } from './save-places.js';

/** What a request asks for once its schema has read it. */
type Asked<N extends RequestName> = z.output<(typeof REQUESTS)[N]['ask']>;

/** What answers each request. */
export type Handlers = {
  readonly [N in RequestName]: (ask: Asked<N>) => Answer<N> | Promise<Answer<N>>;
};

/** A page that shows the studio. */
export interface Page {
  /**
   * Answers a request; both are checked.
   * @throws NativaError of the request's own, BAD_REQUEST
   */
  handle(name: RequestName, ask: unknown): Promise<unknown>;
  /** The page is gone: the next one may take up its work. */
  close(): Promise<void>;
}

/** The studio's services as hosts see them. */
export interface Studio {
  /** Takes a page in. */
  openPage(): Page;
  /** @returns a function that stops listening */
  onEvent(listener: (event: StudioEvent) => void): () => void;
  /** Offers files to the studio that runs already. */
  openFiles(paths: readonly string[]): void;
  /** The host has saved a file for the page: it is a recent one. */
  saved(path: string): Promise<void>;
  /** An error of the host's own in the person's language. */
  explain(error: unknown): unknown;
  /** Where documents are saved, for a host that writes to the disk itself. */
  readonly places: SavePlaces;
  /** Runs a command of the renderer's registry, for the host's own menu. */
  runCommand(command: string): void;
  /** Asks the page whether its window may close; it answers by `window.closing`. */
  askToClose(): void;
  /** Ends the engine. */
  close(): Promise<void>;
}

/**
 * Asks a handler by name, between the two schemas.
 * @throws NativaError of the handler's own, BAD_REQUEST
 */
export async function answer(
  handlers: Handlers,
  name: RequestName,
  ask: unknown,
): Promise<unknown> {
  const schemas = REQUESTS[name];
  const asked = schemas.ask.safeParse(ask);
  if (!asked.success) {
    const message = `The studio asked for ${name} in a way that is not understood (${firstIssue(asked.error)}); reload it.`;
    throw new NativaError('BAD_REQUEST', message);
  }
  // The schema of this very name, which the type checker cannot follow through the table.
  const handler = handlers[name] as (ask: unknown) => unknown;
  return schemas.answer.parse(await handler(asked.data));
}

/** Events to whoever listens; one that is not of the contract is a mistake in this program. */
export class Events {
  readonly #listeners = new Set<(event: StudioEvent) => void>();

  /** @throws ZodError */
  emit(event: StudioEvent): void {
    const checked = eventSchema.parse(event);
    for (const listener of this.#listeners) listener(checked);
  }

  listen(listener: (event: StudioEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }
}
