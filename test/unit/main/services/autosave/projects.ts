/** Projects small enough to be looked through, as the studio writes them. */

/** What a project of a test is told by. */
export interface Kept {
  readonly name: string;
  readonly tiles: readonly number[];
  readonly layers: number;
}

const TILE_BYTES = 65_536;

/** The bytes a tile of this id must have. */
export function tile(id: number): Buffer {
  const out = Buffer.alloc(TILE_BYTES, id & 255);
  out.writeUInt32LE(id, 0);
  return out;
}

/** JSON with the parts that keeping looks at. */
export function project({ name, tiles, layers }: Kept): string {
  return JSON.stringify({
    format: 'nativa-project',
    version: 1,
    name,
    tiles: tiles.map((id) => [id, TILE_BYTES]),
    documents: [
      { layers: layers > 0 ? [9] : [] },
      { layers: Array.from({ length: layers }, (_, i) => i) },
    ],
    nodes: [
      { id: 4, document: 0 },
      { id: 7, document: 1 },
    ],
    current: 7,
  });
}
