/** The little that keeping a project takes to know of what is in it. */
import { z } from 'zod';

const count = z.int().min(0);
const schema = z.looseObject({
  /** Ids and lengths of the tiles, in the order they lie beside the project. */
  tiles: z.array(z.tuple([count, count])).max(2_000_000),
  documents: z.array(z.looseObject({ layers: z.array(z.unknown()) })).min(1),
  /** What is kept beside the history, such as pictures that wait to be chosen from. */
  beside: z.looseObject({ holds: z.boolean() }).optional(),
});

/** What a project needs and whether anything is in it. */
export interface ProjectFacts {
  readonly tiles: readonly (readonly [id: number, bytes: number])[];
  /** Whether no state of it has a layer, nor is anything kept beside them; what was deleted is in its history, and not lost. */
  readonly blank: boolean;
}

/** @returns null for text that is no project */
export function factsOf(project: string): ProjectFacts | null {
  let json: unknown;
  try {
    json = JSON.parse(project);
  } catch {
    return null;
  }
  const read = schema.safeParse(json);
  if (!read.success) return null;
  const { tiles, documents, beside } = read.data;
  const bare = documents.every(({ layers }) => layers.length === 0);
  return { tiles, blank: bare && beside?.holds !== true };
}
