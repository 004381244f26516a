/** What a project has beside its history: pixels that are no part of a state, and what is said of them. */
import type { Mask, Raster } from '../types.js';
import type { Project } from './format.js';
import { badProject, entry, readPixels, type TileSource } from './read.js';
import type { Store } from './store.js';
import type { Tables } from './write.js';

/** Something that is kept with a history. */
export interface Beside {
  /** Whether something is in it that would be missed. */
  readonly holds: boolean;
  /** JSON, which refers to pixels by their place in the lists. */
  readonly value: unknown;
  readonly rasters: readonly Raster[];
  readonly masks: readonly Mask[];
}

/** Pictures by the names that recipes have for them. */
export type Pictures = ReadonlyMap<string, Raster>;

/** Text that follows the tables; what it refers to is put into them. */
export function writeBeside(
  beside: Beside | null,
  pictures: Pictures,
  tables: Tables,
  store: Store,
): string {
  const value = beside === null ? '' : JSON.stringify(beside.value);
  const raster = (one: Raster): number => tables.raster(store.raster(one));
  const parts: string[] = [];
  if (beside !== null) {
    const rasters = beside.rasters.map(raster).join(',');
    const masks = beside.masks.map((mask) => tables.mask(store.mask(mask))).join(',');
    const { holds } = beside;
    const lists = `"rasters":[${rasters}],"masks":[${masks}]`;
    parts.push(`,\n"beside":{"holds":${String(holds)},"value":${value},${lists}}`);
  }
  const named = [...pictures].filter(([name]) => value.includes(name) || tables.names(name));
  if (named.length > 0) {
    const list = named.map(([name, one]) => `[${JSON.stringify(name)},${raster(one)}]`);
    parts.push(`,\n"pictures":[${list.join(',')}]`);
  }
  return parts.join('');
}

/** What a project has beside its history. */
export interface ReadBeside {
  /** Null: nothing. */
  readonly beside: Beside | null;
  readonly pictures: Pictures;
}

/** @throws DocumentError BAD_PROJECT */
export function readBeside(project: Project, source: TileSource): ReadBeside {
  const { beside, pictures } = project;
  if (!beside && !pictures) return { beside: null, pictures: new Map() };
  const { rasters, masks } = readPixels(project, source);
  const named = (pictures ?? []).map(([name, index]) => [name, entry(rasters, index)] as const);
  if (new Set(named.map(([name]) => name)).size < named.length) {
    throw badProject('two pictures have the same name');
  }
  return {
    beside: beside
      ? {
          holds: beside.holds,
          value: beside.value,
          rasters: beside.rasters.map((index) => entry(rasters, index)),
          masks: beside.masks.map((index) => entry(masks, index)),
        }
      : null,
    pictures: new Map(named),
  };
}
