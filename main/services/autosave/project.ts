/** The little that keeping a project takes to know of what is in it. */
import { z } from 'zod';

const count = z.int().min(0);
const schema = z.looseObject({
  /** Ids and lengths of the tiles, in the order they lie beside the project. */
  tiles: z.array(z.tuple([count, count])).max(2_000_000),
  documents: z.array(z.looseObject({ layers: z.array(z.unknown()) })).min(1),
});

/** What a project needs and whether anything is in it. */
export interface ProjectFacts {
  readonly tiles: readonly (readonly [id: number, bytes: number])[];
  /** Whether no state of it has a layer; what was deleted is in its history, and not lost. */
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
  const { tiles, documents } = read.data;
  return { tiles, blank: documents.every(({ layers }) => layers.length === 0) };
}
