import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as history from '../../../../renderer/document/history/index.js';
import type { HistoryTree, NodeId } from '../../../../renderer/document/history/index.js';
import { ReleasedStates, bytesOf, type TileKeeper } from '../../../../renderer/document/release.js';
import {
  parse,
  parseText,
  serialise,
  type TileBytes,
} from '../../../../renderer/document/serialise.js';
import { change, fingerprint, reframe, sample, steps } from './layers/support.js';

const info = { label: { key: 'step' }, at: 0 };

/** A disk: what lies there is a copy, and tiles are given back as copies. */
class Disk implements TileKeeper {
  readonly tiles = new Map<number, Uint8ClampedArray>();
  fails = false;

  store(tiles: readonly TileBytes[]): Promise<void> {
    if (this.fails) return Promise.reject(new Error('the disk is full'));
    for (const { id, data } of tiles) this.tiles.set(id, data.slice());
    return Promise.resolve();
  }

  fetch(ids: readonly number[]): Promise<ReadonlyMap<number, Uint8ClampedArray>> {
    const found = new Map<number, Uint8ClampedArray>();
    for (const id of ids) {
      const data = this.tiles.get(id);
      if (!data) return Promise.reject(new Error(`tile ${id} is gone`));
      found.set(id, data.slice());
    }
    return Promise.resolve(found);
  }
}

/** A history of a sequence of changes, and what each state looks like. */
function made(sequence: readonly { kind: number; a: number; b: number }[], frame: number) {
  let tree = history.createHistory(sample(), info);
  for (const [index, step] of sequence.entries()) {
    const act = index === frame ? reframe : change;
    tree = history.commit(tree, act(history.currentDocument(tree), step), info);
    // Some go back and begin a branch.
    if (step.a % 7 === 0) tree = history.undo(tree);
  }
  const prints = new Map<NodeId, string>();
  for (const { id, document } of tree.nodes.values()) {
    if (document) prints.set(id, fingerprint(document));
  }
  return { tree, prints };
}

async function goTo(states: ReleasedStates, tree: HistoryTree, id: NodeId): Promise<HistoryTree> {
  if (tree.nodes.get(id)?.document) return history.goTo(tree, id);
  return history.goTo(history.restore(tree, id, await states.read(tree, id)), id);
}

const released = ({ nodes }: HistoryTree) => [...nodes.values()].filter((node) => !node.document);

describe('states that leave the memory', () => {
  test('come back byte for byte, whatever was done, wherever one goes, again and again', async () => {
    await fc.assert(
      fc.asyncProperty(
        steps(16),
        fc.nat({ max: 16 }),
        fc.array(fc.record({ to: fc.nat(), room: fc.nat({ max: 4 }) }), { maxLength: 12 }),
        async (sequence, frame, visits) => {
          const whole = made(sequence, frame);
          let { tree } = whole;
          const states = new ReleasedStates(new Disk());
          for (const { to, room } of visits) {
            tree = (await states.release(tree, room * 262_144, null))(tree);
            const id = [...tree.nodes.keys()][to % tree.nodes.size] ?? 0;
            tree = await goTo(states, tree, id);
            expect(fingerprint(history.currentDocument(tree))).toBe(whole.prints.get(id));
          }
          tree = (await states.release(tree, 0, null))(tree);
          for (const [id, print] of whole.prints) {
            tree = await goTo(states, tree, id);
            expect(fingerprint(history.currentDocument(tree))).toBe(print);
          }
        },
      ),
      { numRuns: 30 },
    );
  });

  test('leave no more in memory than is allowed beside the picture', async () => {
    const { tree } = made(
      Array.from({ length: 30 }, (_, i) => ({ kind: 21, a: i * 7 + 1, b: i })),
      -1,
    );
    const room = 3 * 262_144;
    const states = new ReleasedStates(new Disk());
    const left = (await states.release(tree, room, null))(tree);
    expect(released(left).length).toBeGreaterThan(0);
    expect(history.bytesHeld(left)).toBeLessThanOrEqual(
      bytesOf(history.currentDocument(left)) + room,
    );
  });

  test('stay where the disk is full', async () => {
    const { tree } = made(
      Array.from({ length: 12 }, (_, i) => ({ kind: 21, a: i * 7 + 1, b: i })),
      -1,
    );
    const disk = new Disk();
    disk.fails = true;
    const states = new ReleasedStates(disk);
    await expect(states.release(tree, 0, null)).rejects.toThrow('full');
    expect(released(tree)).toEqual([]);
    disk.fails = false;
    expect(released((await states.release(tree, 0, null))(tree)).length).toBeGreaterThan(0);
  });

  test('stay where somebody went there while they were written', async () => {
    const { tree, prints } = made(
      Array.from({ length: 12 }, (_, i) => ({ kind: 21, a: i * 7 + 1, b: i })),
      -1,
    );
    const states = new ReleasedStates(new Disk());
    const release = await states.release(tree, 0, null);
    const first = released(release(tree))[0]?.id ?? 0;
    const there = release(history.goTo(tree, first));
    expect(fingerprint(history.currentDocument(there))).toBe(prints.get(first));
  });

  test('are part of what is saved, by their tiles on disk', async () => {
    const { tree, prints } = made(
      Array.from({ length: 12 }, (_, i) => ({ kind: 21, a: i * 7 + 1, b: i })),
      -1,
    );
    const disk = new Disk();
    const states = new ReleasedStates(disk);
    const left = (await states.release(tree, 0, null))(tree);
    const written = serialise(left, { stored: states.stored });
    expect(written.json).toBe(serialise(tree).json);
    expect(written.elsewhere.length).toBeGreaterThan(0);
    for (const { id, bytes } of written.elsewhere) {
      expect(disk.tiles.get(id)?.length).toBe(bytes);
    }
    expect(prints.size).toBe(left.nodes.size);
  });
});

describe('a project read from its text', () => {
  /** Writes a history, and reads it with nothing but its present state. */
  function unread() {
    let tree = history.createHistory(sample(), info);
    for (let step = 0; step < 6; step++) {
      tree = history.commit(
        tree,
        change(history.currentDocument(tree), { kind: step, a: step * 5, b: 3 }),
        info,
      );
    }
    tree = history.undo(history.undo(tree));
    const written = serialise(tree);
    const project = parseText(written.json);
    const bytes = new Map(project.layout.map(({ id }, at) => [id, written.tiles[at]?.data]));
    const asked: number[] = [];
    const present = project.tree((id) => {
      asked.push(id);
      return bytes.get(id)?.slice();
    });
    return { tree, project, present, bytes, asked };
  }

  test('shows its present state, and reads no pixels for any other', () => {
    const { tree, project, present, bytes, asked } = unread();
    expect(fingerprint(history.currentDocument(present))).toBe(
      fingerprint(history.currentDocument(tree)),
    );
    expect(new Set(asked)).toEqual(project.present);
    expect(project.present.size).toBeLessThan(project.layout.length);
    expect(released(present).map(({ id }) => id)).toEqual([...project.released.keys()]);
    const whole = project.whole((id) => bytes.get(id)?.slice());
    for (const { id, document } of tree.nodes.values()) {
      if (document) expect(fingerprint(history.documentOf(whole, id))).toBe(fingerprint(document));
    }
  });

  test('gives every state back, and is written again as it was', async () => {
    const { tree, project, present, bytes } = unread();
    const disk = new Disk();
    for (const [id, data] of bytes) if (data) disk.tiles.set(id, data);
    const states = new ReleasedStates(disk);
    states.adopt(
      project.released,
      project.layout.map(({ id }) => id),
    );
    const again = serialise(present, { stored: states.stored });
    expect(again.tiles.length + again.elsewhere.length).toBe(project.layout.length);
    const back = new Map(
      [...again.tiles, ...again.elsewhere].map(({ id }) => [id, disk.tiles.get(id)]),
    );
    const reread = parse(again.json, (id) => back.get(id)?.slice());
    for (const { id, document } of tree.nodes.values()) {
      if (document) expect(fingerprint(history.documentOf(reread, id))).toBe(fingerprint(document));
    }
    let visited = present;
    for (const id of tree.nodes.keys()) {
      visited = await goTo(states, visited, id);
      expect(fingerprint(history.currentDocument(visited))).toBe(
        fingerprint(history.documentOf(tree, id)),
      );
    }
  });
});
