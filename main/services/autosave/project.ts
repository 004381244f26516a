/** The little that keeping a project takes to know of what is in it. */
import { z } from 'zod';

const count = z.int().min(0);
const schema = z.looseObject({
  /** Ids and lengths of the tiles, in the order they lie beside the project. */
  tiles: z.array(z.tuple([count, count])).max(2_000_000),
  documents: z.array(z.looseObject({ layers: z.array(z.unknown()) })).min(1),
  nodes: z.array(z.looseObject({ id: count, document: count })).optional(),
  /** Id of the node that is shown. */
  current: count.optional(),
});

/** What a project needs and whether anything is in it. */
export interface ProjectFacts {
  readonly tiles: readonly (readonly [id: number, bytes: number])[];
  /** Whether the document as it is shown has no layer. */
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
  const { tiles, documents, nodes, current } = read.data;
  const shown = nodes?.find(({ id }) => id === current)?.document ?? documents.length - 1;
  return { tiles, blank: documents[shown]?.layers.length === 0 };
}
