import { describe, expect, test } from 'vitest';

import { factsOf } from '../../../../../main/services/autosave/project.js';
import { createDocument, createRasterLayer } from '../../../../../renderer/document/create.js';
import { commit } from '../../../../../renderer/document/history/commit.js';
import { createHistory } from '../../../../../renderer/document/history/tree.js';
import { rasterFrom } from '../../../../../renderer/document/pixels/tiles.js';
import { serialise } from '../../../../../renderer/document/serialise.js';

const info = (key: string) => ({ label: { key }, at: 1 });
const blank = createDocument(300, 200);
const raster = rasterFrom(new Uint8ClampedArray(300 * 200 * 4).fill(9), 300, 200);
const painted = { ...blank, layers: [createRasterLayer({ name: 'a', raster })] };

describe('what is read of a project as the studio writes it', () => {
  test('its tiles in their order, and whether anything is in it', () => {
    const empty = createHistory(blank, info('new'));
    expect(factsOf(serialise(empty).json)).toEqual({ tiles: [], blank: true });
    const tree = commit(empty, painted, info('paint'));
    const { json, tiles } = serialise(tree);
    expect(factsOf(json)).toEqual({
      tiles: tiles.map(({ id, data }) => [id, data.byteLength]),
      blank: false,
    });
    expect(tiles).toHaveLength(2);
    // all deleted again: its history has it still
    const deleted = serialise(commit(tree, blank, info('delete'))).json;
    expect(factsOf(deleted)).toMatchObject({ blank: false, tiles: [{}, {}] });
  });

  test.each(['', 'null', '[]', '{}', '{"tiles":[[1]],"documents":[{"layers":[]}]}'])(
    '%j is no project',
    (text) => {
      expect(factsOf(text)).toBeNull();
    },
  );
});
