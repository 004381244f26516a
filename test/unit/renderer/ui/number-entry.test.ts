import { expect, test } from 'vitest';
import { readNumber } from '../../../../renderer/ui/number-entry.js';

const field = { current: 200, unit: 'px' };

test.each([
  ['12.5', 12.5],
  ['12,5', 12.5],
  ['-10', -10],
  ['+10', 210],
  ['*2', 400],
  ['/4', 50],
  ['50%', 100],
  ['+10%', 220],
  ['200+10', 210],
  ['1200/3', 400],
  ['100 - 2 * 10', 980],
  ['2 in', 192],
  ['2.54cm', 96],
  ['+1in', 296],
  ['12 px', 12],
])('%s', (text, value) => {
  expect(readNumber(text, field)).toBeCloseTo(value, 6);
});

test.each(['', 'abc', '12 kg', '1 2', '5*', '1/0', '+', '3 °'])('%s is no number', (text) => {
  expect(readNumber(text, field)).toBeNull();
});

test('where percents are wanted they are not parts of what is there', () => {
  expect(readNumber('50%', { current: 20, unit: '%' })).toBe(50);
  expect(readNumber('2cm', { current: 20, unit: '%' })).toBeNull();
});
