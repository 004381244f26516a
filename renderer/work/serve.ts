/** The worker's side: takes tiles and tasks, and gives what comes of them. */
import { pack, unpack, type AnyTile } from './parcel.js';
import { TASKS, type TaskName } from './tasks.js';

/** What the page sends: bytes of tiles, some at a time, then the task that needs them. */
export type ToWorker =
  | {
      readonly type: 'tiles';
      readonly tiles: readonly (readonly [name: number, bytes: Uint8ClampedArray])[];
    }
  | { readonly type: 'run'; readonly task: TaskName; readonly args: unknown };

/** What comes back, once a task. */
export type FromWorker =
  | { readonly type: 'done'; readonly result: unknown }
  | { readonly type: 'failed'; readonly code: string; readonly message: string };

/** Does tasks one after the other. @param send to the page; `own` may be transferred */
export function serve(
  send: (message: FromWorker, own: readonly Transferable[]) => void,
): (message: ToWorker) => void {
  let tiles = new Map<number, AnyTile>();

  function run(task: TaskName, args: unknown): void {
    const names = new Map<AnyTile, number>();
    const given = unpack(args, (name) => {
      const tile = tiles.get(name) ?? untold(name);
      tiles.set(name, tile);
      names.set(tile, name);
      return tile;
    });
    // Args and function are of one task, which the type checker cannot follow through the table.
    const work = TASKS[task] as (args: unknown) => unknown;
    const { packed, own } = pack(work(given), (tile) => names.get(tile));
    send({ type: 'done', result: packed }, own as readonly Transferable[]);
  }

  return (message) => {
    if (message.type === 'tiles') {
      for (const [id, data] of message.tiles) tiles.set(id, { id, data });
      return;
    }
    try {
      run(message.task, message.args);
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : 'UNEXPECTED';
      send({ type: 'failed', code, message: error instanceof Error ? error.message : '' }, []);
    } finally {
      tiles = new Map();
    }
  };
}

/** A tile that is passed on unread: the page has its bytes. */
function untold(id: number): AnyTile {
  return {
    id,
    get data(): Uint8ClampedArray {
      throw new Error('a tile was read that was not sent');
    },
  };
}
