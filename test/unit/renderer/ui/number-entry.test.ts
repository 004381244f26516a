import { expect, test } from 'vitest';
import { readNumber, writeNumber } from '../../../../renderer/ui/number-entry.js';

const field = { current: 200, unit: 'px', decimal: '.' } as const;
const spanish = { ...field, decimal: ',' } as const;

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
  ['1,200', 1200],
  ['1,200.5', 1200.5],
  ['１２．５', 12.5],
  ['100 − 10', 90],
])('%s', (text, value) => {
  expect(readNumber(text, field)).toBeCloseTo(value, 6);
});

test.each([
  ['12,5', 12.5],
  ['12.5', 12.5],
  ['1.200', 1200],
  ['1.200,5', 1200.5],
  ['0.125', 0.125],
  ['+0,5', 200.5],
  ['1,25', 1.25],
])('in Spanish: %s', (text, value) => {
  expect(readNumber(text, spanish)).toBeCloseTo(value, 6);
});

test('a number that was written is read as the same in either language', () => {
  for (const { decimal } of [field, spanish]) {
    for (const value of [0, 12.5, -0.25, 1200, 123456.75]) {
      const text = writeNumber(value, 2, decimal);
      expect(readNumber(text, { current: null, unit: '', decimal })).toBe(value);
    }
  }
  expect(writeNumber(12.5, 2, ',')).toBe('12,5');
});

test.each(['', 'abc', '12 kg', '1 2', '5*', '1/0', '+', '3 °'])('%s is no number', (text) => {
  expect(readNumber(text, field)).toBeNull();
});

test('where percents are wanted they are not parts of what is there', () => {
  expect(readNumber('50%', { ...field, current: 20, unit: '%' })).toBe(50);
  expect(readNumber('2cm', { ...field, current: 20, unit: '%' })).toBeNull();
});
