/** Messages between the engine's process and the one that owns it, checked on both sides. */
import { z } from 'zod';

import { NativaError } from '../../native-models/errors.js';
import { engineEventSchema, engineResultSchema } from './events.js';
import { engineRequestSchema } from './request.js';

/** Number of a request, unique for the life of a process. */
const id = z.int().min(1);

/** What the owner says. */
export const clientMessageSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('configure'),
    threads: z.int().min(1).optional(),
    cacheDir: z.string().min(1).optional(),
    remember: z.boolean().optional(),
  }),
  z.strictObject({ type: z.literal('run'), id, request: engineRequestSchema }),
  z.strictObject({ type: z.literal('cancel'), id }),
  z.strictObject({ type: z.literal('ping'), nonce: z.int() }),
  /** Gives the model's memory back. */
  z.strictObject({ type: z.literal('unload') }),
  z.strictObject({ type: z.literal('shutdown') }),
]);

const errorSchema = z.strictObject({ code: z.string(), message: z.string() });

/** What the engine says. */
export const hostMessageSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('ready') }),
  z.strictObject({ type: z.literal('event'), id, event: engineEventSchema }),
  z.strictObject({ type: z.literal('result'), id, result: engineResultSchema }),
  z.strictObject({ type: z.literal('error'), id, error: errorSchema }),
  z.strictObject({ type: z.literal('pong'), nonce: z.int() }),
]);

/** See {@link clientMessageSchema}. */
export type ClientMessage = z.output<typeof clientMessageSchema>;
/** See {@link hostMessageSchema}. */
export type HostMessage = z.output<typeof hostMessageSchema>;

/** An error as it crosses: code and sentence, no stack and no cause. */
export type WireError = z.output<typeof errorSchema>;

/** Makes an error fit to cross; one that is not meant for people becomes INTERNAL_ERROR. */
export function toWireError(error: unknown): WireError {
  if (error instanceof NativaError) return { code: error.code, message: error.message };
  const what = error instanceof Error ? error.message : String(error);
  const message = `Something went wrong inside the engine (${what}); try again, and report it if it stays.`;
  return { code: 'INTERNAL_ERROR', message };
}

/** The error on the other side. */
export function fromWireError({ code, message }: WireError): NativaError {
  return new NativaError(code, message);
}

/** One end of a connection between two processes; values cross by structured clone. */
export interface Port<Outgoing> {
  send(message: Outgoing): void;
  onMessage(listener: (message: unknown) => void): void;
  /** The other side is gone. */
  onClose(listener: () => void): void;
}
