/** What people type where a number is wanted: 12.5, +10, 50%, 2 cm, 1200/3. */

/** Pixels of each unit, at 96 to an inch as drawings are opened. */
const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  px: 1,
  in: 96,
  '"': 96,
  cm: 96 / 2.54,
  mm: 9.6 / 2.54,
  pt: 96 / 72,
};
const NUMBER = /^([+-]?(?:\d+\.?\d*|\.\d+))\s*(%|[a-z"]*)\s*/;

/** Sign before the parts of a whole; the other one may stand between thousands. */
type DecimalSign = '.' | ',';

interface Field {
  /** What stands in it. */
  readonly current: number | null;
  /** What it is counted in: pixels may be typed as other lengths, and percents as they are. */
  readonly unit: string;
  /** As numbers are written in the person's language. */
  readonly decimal: DecimalSign;
}

/** Thousands set apart: `1,200` where parts are behind a point. */
const GROUPED: Readonly<Record<DecimalSign, RegExp>> = {
  '.': /(?<![\d.,])[1-9]\d{0,2}(?:,\d{3})+(?![\d,])/g,
  ',': /(?<![\d.,])[1-9]\d{0,2}(?:\.\d{3})+(?![\d.])/g,
};

/** What was typed with points before parts, and with the digits and signs that are calculated with. */
function plain(text: string, decimal: DecimalSign): string {
  return text
    .normalize('NFKC')
    .trim()
    .toLowerCase()
    .replace(GROUPED[decimal], (group) => group.replaceAll(/[.,]/g, ''))
    .replaceAll(',', '.')
    .replaceAll('×', '*')
    .replaceAll('÷', '/')
    .replaceAll('−', '-');
}

/** A number as it stands in a field. */
export function writeNumber(value: number, digits: number, decimal: DecimalSign): string {
  return String(Number(value.toFixed(digits))).replace('.', decimal);
}

/**
 * Reads what was typed. A sign of plus, times or division before it changes what is there; percents are
 * of what is there, where it is not percents that are wanted.
 * @returns null where it says no number
 */
export function readNumber(text: string, { current, unit, decimal }: Field): number | null {
  let rest = plain(text, decimal);
  if (rest === '') return null;
  const now = current ?? 0;
  let value: number | null = null;
  // A minus is a number below zero, as it is everywhere else.
  if (/^[+*/]/.test(rest)) value = now;
  while (rest !== '') {
    const operator = value === null ? '' : rest.charAt(0);
    if (operator !== '') rest = rest.slice(1).trim();
    const found = NUMBER.exec(rest);
    const [all = '', digits = '', suffix = ''] = found ?? [];
    if (!found || (value !== null && !'+-*/'.includes(operator))) return null;
    rest = rest.slice(all.length);
    const factor = operator === '*' || operator === '/';
    const operand = lengthOf(Number(digits), suffix, factor ? 1 : now, factor ? '' : unit);
    if (operand === null) return null;
    value = value === null ? operand : calculate(value, operator, operand);
  }
  return value !== null && Number.isFinite(value) ? value : null;
}

function lengthOf(value: number, suffix: string, now: number, unit: string): number | null {
  if (suffix === '%') return unit === '%' ? value : (value / 100) * now;
  if (suffix === '' || suffix === unit) return value;
  const pixels = UNITS[suffix];
  return pixels === undefined || unit !== 'px' ? null : value * pixels;
}

function calculate(value: number, operator: string, by: number): number {
  if (operator === '+') return value + by;
  if (operator === '-') return value - by;
  return operator === '*' ? value * by : value / by;
}
