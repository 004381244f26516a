import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Closing } from '../../../../../main/hosts/electron/closing.js';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A window with a page, and what becomes of it. */
function opened({ leavesAnyway = false } = {}) {
  const happened: string[] = [];
  const closing = new Closing({
    ask: () => happened.push('the page asks'),
    leavesAnyway: () => {
      happened.push('the host asks');
      return leavesAnyway;
    },
    leave: (quits) => happened.push(quits ? 'the app ends' : 'the window closes'),
  });
  closing.page = true;
  return { closing, happened };
}

describe('a window that is closed', () => {
  test('stays until the page says that nothing would be lost', () => {
    const { closing, happened } = opened();
    expect(closing.mayClose()).toBe(false);
    closing.answer('asking');
    vi.advanceTimersByTime(600_000);
    expect(happened).toEqual(['the page asks']);
    closing.answer('leave');
    expect(happened).toEqual(['the page asks', 'the window closes']);
  });

  test('stays for good where the person thinks better of it, and asks again the next time', () => {
    const { closing, happened } = opened();
    for (let time = 1; time <= 2; time++) {
      expect(closing.mayClose()).toBe(false);
      closing.answer('asking');
      closing.answer('stay');
    }
    expect(happened).toEqual(['the page asks', 'the page asks']);
  });

  test('asks once, however often it is closed meanwhile', () => {
    const { closing, happened } = opened();
    expect([closing.mayClose(), closing.mayClose(), closing.mayClose()]).toEqual([
      false,
      false,
      false,
    ]);
    expect(happened).toEqual(['the page asks']);
  });

  test('closes at once where no page is there: it has crashed or not begun', () => {
    const { closing, happened } = opened();
    closing.page = false;
    expect(closing.mayClose()).toBe(true);
    expect(happened).toEqual([]);
  });

  test.each([true, false])('whose page is silent has the host ask: leaves %s', (leavesAnyway) => {
    const { closing, happened } = opened({ leavesAnyway });
    closing.mayClose();
    vi.advanceTimersByTime(10_000);
    const closes = leavesAnyway ? ['the window closes'] : [];
    expect(happened).toEqual(['the page asks', 'the host asks', ...closes]);
    // What the page says too late changes nothing.
    closing.answer('leave');
    expect(happened).toHaveLength(2 + closes.length);
  });

  test('is not closed by an answer that the page before this one owed', () => {
    const { closing, happened } = opened();
    closing.mayClose();
    closing.page = true;
    closing.answer('leave');
    vi.advanceTimersByTime(10_000);
    expect(happened).toEqual(['the page asks']);
  });
});

describe('the app', () => {
  test('ends once the person agrees', () => {
    const { closing, happened } = opened();
    closing.quit();
    expect(closing.mayClose()).toBe(false);
    closing.answer('asking');
    closing.answer('leave');
    expect(happened).toEqual(['the page asks', 'the app ends']);
  });

  test('goes on where they cancel, and closing the window later does not end it', () => {
    const { closing, happened } = opened();
    closing.quit();
    closing.mayClose();
    closing.answer('asking');
    closing.answer('stay');
    closing.mayClose();
    closing.answer('leave');
    expect(happened.at(-1)).toBe('the window closes');
  });

  test('ends where it was to end while the window was asking already', () => {
    const { closing, happened } = opened();
    closing.mayClose();
    closing.answer('asking');
    closing.quit();
    expect(closing.mayClose()).toBe(false);
    closing.answer('leave');
    expect(happened.at(-1)).toBe('the app ends');
  });
});
