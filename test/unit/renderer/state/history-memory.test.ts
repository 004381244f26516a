import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createDocument, createRasterLayer } from '../../../../renderer/document/create.js';
import { commit } from '../../../../renderer/document/history/commit.js';
import { createHistory, type HistoryTree } from '../../../../renderer/document/history/tree.js';
import { addLayer } from '../../../../renderer/document/layers/arrange.js';
import { RasterEditor, emptyRaster } from '../../../../renderer/document/pixels/tiles.js';
import type { StudioDocument } from '../../../../renderer/document/types.js';
import { HistoryMemory, shares } from '../../../../renderer/state/history-memory.js';

const TILE_BYTES = 256 * 256 * 4;

/** A document of one tile. */
function painted(shade: number): StudioDocument {
  const editor = new RasterEditor(emptyRaster(256, 256));
  editor.write(0, 0).fill(shade);
  const layer = createRasterLayer({ name: 'One', raster: editor.finish() });
  return addLayer(createDocument(256, 256), layer);
}

/** A history of so many states beside the picture, a tile each. */
function historyOf(states: number): HistoryTree {
  const made = { label: { key: 'history.start' }, at: 0, recipe: null };
  let tree = createHistory(painted(0), made);
  for (let state = 1; state <= states; state++) tree = commit(tree, painted(state), made);
  return tree;
}

describe('what histories may hold together', () => {
  test('goes to those first that are missed most', () => {
    expect(shares([30, 50, 40], 100)).toEqual([100, 70, 20]);
    expect(shares([130, 50], 100)).toEqual([100, 0]);
    expect(shares([], 100)).toEqual([]);
  });

  describe('as documents change', () => {
    beforeEach(() => vi.useFakeTimers());
    afterEach(() => vi.useRealTimers());

    test('the one that was shown longest ago gives its states away, the shown one none', async () => {
      const asked: [string, number][] = [];
      const holder = (name: string, states: number) => ({
        editor: { tree: historyOf(states) },
        released: {
          release: (bytes: number) => {
            asked.push([name, bytes / TILE_BYTES]);
            return Promise.resolve();
          },
        },
      });
      const holders = [holder('shown', 3), holder('before', 2), holder('long ago', 4)];
      const memory = new HistoryMemory(
        () => holders,
        () => 6 * TILE_BYTES,
      );
      memory.notice();
      memory.notice();
      await vi.advanceTimersByTimeAsync(5000);
      expect(asked).toEqual([['long ago', 1]]);
    });
  });
});
