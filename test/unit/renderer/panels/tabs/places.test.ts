import { describe, expect, test } from 'vitest';
import { placeAt } from '../../../../../renderer/panels/tabs/places.js';

describe('a tab that is dragged among others', () => {
  const others = [100, 100, 100];

  test('stays where it is till it is half way over the next', () => {
    // Its own place is the second one: from 100 on.
    expect(placeAt(others, 100, 100)).toBe(1);
    expect(placeAt(others, 149, 100)).toBe(1);
    expect(placeAt(others, 151, 100)).toBe(2);
    expect(placeAt(others, 51, 100)).toBe(1);
    expect(placeAt(others, 49, 100)).toBe(0);
  });

  test('goes no further than to the ends', () => {
    expect(placeAt(others, -500, 100)).toBe(0);
    expect(placeAt(others, 9000, 100)).toBe(3);
    expect(placeAt([], 40, 100)).toBe(0);
  });

  test('does not jump to and fro beside one of another width', () => {
    const before = placeAt([200], 101, 100);
    expect(before).toBe(1);
    // In its new place nothing but its own movement brings it back.
    expect(placeAt([200], 101, 100)).toBe(before);
    expect(placeAt([200], 99, 100)).toBe(0);
  });
});
