import { describe, expect, test } from 'vitest';
import { Latest } from '../../../../renderer/dialogs/export/latest.js';

/** Work whose ends the test decides. */
function work() {
  const begun: { ask: number; end: (answer: string) => void; fail: (error: Error) => void }[] = [];
  const dropped: string[] = [];
  const latest = new Latest<number, string>(
    (ask) =>
      new Promise((end, fail) => {
        begun.push({ ask, end, fail });
      }),
    (answer) => {
      dropped.push(answer);
    },
  );
  return { latest, begun, dropped };
}

describe('one thing at a time', () => {
  test('an answer comes back', async () => {
    const { latest, begun, dropped } = work();
    const answer = latest.ask(1);
    begun[0]?.end('one');
    expect(await answer).toBe('one');
    expect(dropped).toEqual([]);
  });

  test('of what is asked meanwhile only the last is done, and what was begun is dropped', async () => {
    const { latest, begun, dropped } = work();
    const answers = [latest.ask(1), latest.ask(2), latest.ask(3)];
    expect(begun.map(({ ask }) => ask)).toEqual([1]);
    begun[0]?.end('one');
    expect(await answers[0]).toBeNull();
    expect(await answers[1]).toBeNull();
    expect(begun.map(({ ask }) => ask)).toEqual([1, 3]);
    begun[1]?.end('three');
    expect(await answers[2]).toBe('three');
    expect(dropped).toEqual(['one']);
  });

  test('a failure is said, unless something else is wanted by then', async () => {
    const { latest, begun } = work();
    const first = latest.ask(1);
    begun[0]?.fail(new Error('no'));
    await expect(first).rejects.toThrow('no');
    const second = latest.ask(2);
    const third = latest.ask(3);
    begun[1]?.fail(new Error('no'));
    expect(await second).toBeNull();
    begun[2]?.end('three');
    expect(await third).toBe('three');
  });

  test('after the end nothing is begun, and what comes is dropped', async () => {
    const { latest, begun, dropped } = work();
    const first = latest.ask(1);
    const second = latest.ask(2);
    latest.close();
    begun[0]?.end('one');
    expect(await first).toBeNull();
    expect(await second).toBeNull();
    expect(await latest.ask(3)).toBeNull();
    expect(begun).toHaveLength(1);
    expect(dropped).toEqual(['one']);
  });
});
