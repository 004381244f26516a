/** Pictures of a project's file: what is drawn of them, and what need not be drawn again. */
import { expect, test } from 'vitest';
import {
  createDocument,
  createGroup,
  createRasterLayer,
} from '../../../../renderer/document/create.js';
import { Compositor } from '../../../../renderer/document/pixels/compose.js';
import { flatten } from '../../../../renderer/document/pixels/flatten.js';
import { RasterEditor, evenMask, rasterFrom } from '../../../../renderer/document/pixels/tiles.js';
import type { RasterLayer, StudioDocument } from '../../../../renderer/document/types.js';
import { PicturePlanner, type Planned } from '../../../../renderer/files/planned-pictures.js';

const [WIDTH, HEIGHT] = [600, 700];
const signal = new AbortController().signal;

function photo(width = WIDTH, height = HEIGHT, alpha = 255): Uint8ClampedArray {
  return Uint8ClampedArray.from({ length: width * height * 4 }, (_, i) =>
    i % 4 === 3 ? alpha : (i * 2_654_435_761) >>> 24,
  );
}

const layerOf = (data = photo(), width = WIDTH, height = HEIGHT): RasterLayer =>
  createRasterLayer({ name: 'photo', raster: rasterFrom(data, width, height) });

const documentOf = (...layers: StudioDocument['layers']): StudioDocument => ({
  ...createDocument(WIDTH, HEIGHT),
  layers,
});

/** A dab in one tile. */
function dabbed(layer: RasterLayer, row: number): RasterLayer {
  const editor = new RasterEditor(layer.raster);
  const tile = editor.write(0, row);
  tile[0] = 255 - (tile[0] ?? 0);
  return { ...layer, raster: editor.finish() };
}

async function drawn({ strips, picture }: Planned): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for (const strip of strips) {
    const data = await strip.draw(signal);
    expect(data.length).toBe(strip.width * strip.rows * 4);
    parts.push(Uint8Array.from(data));
  }
  expect(picture.strips).toEqual(strips.map(({ key }) => key));
  return Buffer.concat(parts);
}

const planner = () => new PicturePlanner(new Compositor());

function plan(of: PicturePlanner, layer: RasterLayer): Planned {
  const planned = of.layer(documentOf(layer), layer);
  if (!planned) throw new Error('nothing is planned');
  return planned;
}

test('pixels as they are are cut into tiles’ rows, and the picture says which tiles it has', async () => {
  const layer = layerOf();
  const planned = plan(planner(), { ...layer, transform: [1, 0, 0, 1, -3, 5] });
  expect(planned).toMatchObject({ x: -3, y: 5 });
  expect(planned.picture).toMatchObject({ width: WIDTH, height: HEIGHT, channels: 3 });
  expect(planned.strips.map(({ rows }) => rows)).toEqual([256, 256, 188]);
  expect(Buffer.compare(await drawn(planned), Buffer.from(photo()))).toBe(0);
  const ids = [...layer.raster.tiles.values()].map(({ id }) => id);
  expect(planned.runs).toEqual([0, ids[0], 9]);
});

test('what shows nothing is left out around what is shown, and nothing is planned of nothing', async () => {
  const data = new Uint8ClampedArray(WIDTH * HEIGHT * 4);
  data[(300 * WIDTH + 520) * 4 + 3] = 9;
  const planned = plan(planner(), layerOf(data));
  expect(planned).toMatchObject({ x: 512, y: 256 });
  expect(planned.picture).toMatchObject({ width: 88, height: 256, channels: 4 });
  expect((await drawn(planned))[(44 * 88 + 8) * 4 + 3]).toBe(9);
  expect(planned.runs.slice(0, 1)).toEqual([0]);
  const empty = layerOf(new Uint8ClampedArray(WIDTH * HEIGHT * 4));
  expect(planner().layer(documentOf(empty), empty)).toBeNull();
});

test('a tile with something beyond the edge of its raster is in no picture', () => {
  const layer = layerOf();
  const cut = { ...layer, raster: { ...layer.raster, height: 600 } };
  const ids = [...layer.raster.tiles.values()].map(({ id }) => id);
  expect(plan(planner(), cut).runs).toEqual([0, ids[0], 6]);
});

test('after a dab only the strips that it touches have new keys', () => {
  const of = planner();
  const layer = layerOf();
  const before = plan(of, layer).picture.strips;
  const after = plan(of, dabbed(layer, 1)).picture.strips;
  expect(after.map((key, row) => key === before[row])).toEqual([true, false, true]);
  // undone, it is the same as before; so is one that is only called otherwise
  expect(plan(of, { ...layer, name: 'other', opacity: 0.5 }).picture.strips).toEqual(before);
});

test('what is worked out of a layer is the same while it and its mask are', async () => {
  const of = planner();
  const layer: RasterLayer = { ...layerOf(), transform: [0.5, 0, 0, 0.5, 10.5, 20.25] };
  const keys = (one: RasterLayer) => plan(of, one).picture.strips;
  const before = keys(layer);
  expect(keys({ ...layer, blendMode: 'screen' })).toEqual(before);
  const shared = (one: RasterLayer) => keys(one).filter((key) => before.includes(key));
  expect(shared(dabbed(layer, 0))).toEqual([]);
  expect(shared({ ...layer, transform: [0.5, 0, 0, 0.5, 10.5, 21] })).toEqual([]);
  const masked = { ...layer, mask: { mask: evenMask(WIDTH, HEIGHT, 255), enabled: true } };
  expect(shared(masked)).toEqual([]);
  expect(keys(masked)).toEqual(keys(masked));
  expect(keys({ ...masked, mask: { ...masked.mask, enabled: false } })).toEqual(before);
  expect(plan(of, masked).runs).toEqual([]);
  expect((await drawn(plan(of, masked))).some((byte) => byte > 0)).toBe(true);
});

test('the flattened picture is drawn again where something changed', async () => {
  const of = planner();
  const [below, above] = [layerOf(), layerOf(photo(200, 100, 90), 200, 100)];
  const before = of.merged(documentOf(below, above));
  expect(before.picture.channels).toBe(3);
  const whole = await flatten(new Compositor(), documentOf(below, above));
  expect(Buffer.compare(await drawn(before), Buffer.from(whole))).toBe(0);
  const rows = (document: StudioDocument, than: Planned) => {
    const planned = of.merged(document);
    const same = planned.picture.strips.map((key, row) => key === than.picture.strips[row]);
    return { planned, same };
  };
  const named = rows(documentOf({ ...below, name: 'other' }, above), before);
  expect(named.same).toEqual([true, true, true]);
  const dab = rows(documentOf(below, dabbed(above, 0)), before);
  expect(dab.same).toEqual([false, true, true]);
  // without what lies below everything, it has transparency
  const bare = rows(documentOf(above), dab.planned);
  expect(bare.planned.picture.channels).toBe(4);
  expect(bare.same).toEqual([false, false, false]);
  const group = createGroup({ name: 'group', children: [below] });
  expect(of.merged(documentOf(group)).picture.channels).toBe(4);
});
