import { describe, expect, test } from 'vitest';
import { tablesOf } from '../../../../../renderer/document/pixels/adjust-tables.js';
import {
  channelOf,
  histogramPath,
  withChannel,
} from '../../../../../renderer/panels/properties/channels.js';

const neutral = { kind: 'levels', black: 0, white: 255, gamma: 1 } as const;

describe('single channels', () => {
  test('what is set of one changes only that, and is not kept once it does nothing', () => {
    const red = withChannel(neutral, 'red', { ...neutral, black: 100 });
    expect(red).toEqual({ ...neutral, red: { black: 100, white: 255, gamma: 1 } });
    expect(channelOf(red, 'red')).toEqual({ ...neutral, black: 100 });
    expect(channelOf(red, 'green')).toEqual(neutral);
    expect(channelOf(red, 'all')).toEqual(neutral);
    expect(withChannel(red, 'red', neutral)).toEqual(neutral);
    expect(withChannel(red, 'all', { ...neutral, gamma: 2 })).toEqual({ ...red, gamma: 2 });
  });

  test('curves likewise', () => {
    const line = [
      { x: 0, y: 0 },
      { x: 255, y: 255 },
    ];
    const bent = [{ x: 0, y: 40 }, ...line.slice(1)];
    const curves = { kind: 'curves', points: line } as const;
    const blue = withChannel(curves, 'blue', { kind: 'curves', points: bent });
    expect(blue).toEqual({ ...curves, blue: bent });
    expect(withChannel(blue, 'blue', curves)).toEqual(curves);
  });

  test('a channel comes before all of them', () => {
    const made = { ...neutral, white: 128, green: { black: 0, white: 200, gamma: 1 } };
    const [red, green] = tablesOf(made);
    expect(red[64]).toBe(128);
    // 64 of 200 is 82 of 255, and that of 128 is 163.
    expect(green[64]).toBe(163);
  });
});

test('a histogram is not flattened by its ends', () => {
  const counts = new Float64Array(256).fill(10);
  counts[0] = 1e6;
  expect(histogramPath(counts)).toContain('L100 12.1');
});
