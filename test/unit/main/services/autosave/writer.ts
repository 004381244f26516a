/** A program that keeps states without pause, until it is killed. */
import { Autosave } from '../../../../../main/services/autosave/index.js';
import { project, tile } from './projects.js';

const [folder = '', id = '', start = '0'] = process.argv.slice(2);
const store = new Autosave(folder);
// a new session gives all tiles that it uses
let fresh = [1, 2, 3];
for (let n = Number(start) + 10; ; n++) {
  const tiles = [1, 2, 3, n];
  fresh = [...fresh, n];
  const name = `n${n}`;
  await store.put(
    id,
    {
      name,
      width: 300,
      height: 200,
      project: project({ name, tiles, layers: 1 }),
      tiles: fresh.map((one) => ({ id: one, bytes: tile(one).length })),
    },
    Buffer.concat(fresh.map(tile)),
  );
  fresh = [];
  process.send?.(name);
}
