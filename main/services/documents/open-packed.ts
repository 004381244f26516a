/** Opening a project without reading its pixels: it is found out where each tile lies in the file. */
import { factsOf } from '../autosave/project.js';
import type { PackPool } from '../packs/pool.js';
import { unreadable, filteredEntry } from './project-entries.js';
import { eachOf, readRuns } from './picture-runs.js';
import { layerEntry, readPieces, type PlacedPiece } from './pieces-entry.js';
import { ProjectTiles, type TilePlace } from './project-tiles.js';
import type { Source } from './source.js';
import type { ZipFile } from './zip/read.js';

const TILE = 256;
const TILE_BYTES = TILE * TILE * 4;

/** Where opened projects are kept, and what unpacks them. */
export interface Projects {
  readonly pool: PackPool;
  /** Keeps a project. @returns an id that stands for the blob of its tiles */
  add(project: ProjectTiles): string;
}

/**
 * Finds the tiles of a project.
 * @returns the id they are kept under, and what made the file; null where the file does not say where its pieces lie
 * @throws NativaError UNREADABLE_DOCUMENT, UNREADABLE_ARCHIVE, UNSAFE_ARCHIVE
 */
export async function openPacked(
  name: string,
  zip: ZipFile,
  project: string,
  file: Source,
  projects: Projects,
): Promise<{ readonly tiles: string; readonly packedBy: string } | null> {
  const [facts, runs] = [factsOf(project), await readRuns(zip)];
  if (file.stay === undefined || facts === null || runs === null) return null;
  const shown = new Set(runs.flatMap((one) => [...eachOf(one.runs)].map(([, id]) => id)));
  const loose = facts.tiles.filter(([id]) => !shown.has(id));
  const sizes = loose.map(([, bytes]) => bytes);
  if (sizes.some((bytes) => bytes !== TILE_BYTES && bytes !== TILE * TILE)) return null;
  const pieces = await readPieces(zip, file, sizes, filteredEntry);
  if (pieces === null) return null;
  const places = new Map(
    loose.map(([id], index): [number, TilePlace | undefined] => {
      const piece = pieces.tiles[index];
      return [id, piece && { loose: piece }];
    }),
  );
  const pictures = new Map(pieces.pictures.map((strips, n) => [layerEntry(n), strips]));
  for (const { src, runs: those } of runs) {
    const placeOf = placesIn(pictures.get(src) ?? []);
    for (const [key, id] of eachOf(those)) places.set(id, placeOf(key));
  }
  const found = facts.tiles.map(([id, bytes]) => {
    const place = places.get(id);
    if (place && ('loose' in place || bytes === TILE_BYTES)) return place;
    throw unreadable(name, 'its tiles are missing');
  });
  const tiles = new ProjectTiles(name, pieces, found, await file.stay(), projects.pool);
  return { tiles: projects.add(tiles), packedBy: pieces.made };
}

/** Where tiles lie in a picture whose strips are rows of tiles. */
function placesIn(strips: readonly PlacedPiece[]): (key: number) => TilePlace | undefined {
  const columns = Math.ceil((strips[0]?.width ?? 0) / TILE);
  const short = strips.findIndex(({ rows }) => rows < TILE);
  const usable = short < 0 ? strips : strips.slice(0, short + 1);
  return (key) => {
    const strip = usable[Math.floor(key / columns)];
    return strip && { strip, column: key % columns };
  };
}
