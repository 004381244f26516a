/** What of a document lies in tiles. */
import type { Mask, MaskTile, Raster, StudioDocument, Tile } from '../types.js';
import { walk } from './tree.js';

/** Rasters and masks of a document, each once. */
export function holdersOf(document: StudioDocument): ReadonlySet<Raster | Mask> {
  const holders = new Set<Raster | Mask>();
  if (document.selection) holders.add(document.selection);
  if (document.protection) holders.add(document.protection);
  for (const { layer } of walk(document.layers)) {
    if (layer.mask) holders.add(layer.mask.mask);
    if (layer.type === 'raster') holders.add(layer.raster);
  }
  return holders;
}

/** Tiles of a document, each once, by their ids from the lowest on. */
export function tilesOf(document: StudioDocument): readonly (Tile | MaskTile)[] {
  const tiles = new Map<number, Tile | MaskTile>();
  for (const holder of holdersOf(document)) {
    for (const tile of holder.tiles.values()) tiles.set(tile.id, tile);
  }
  return [...tiles.values()].sort((one, other) => one.id - other.id);
}
