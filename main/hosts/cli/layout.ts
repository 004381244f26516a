/** Text laid out in columns, and numbers as a language writes them. */

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

/** Bytes with a binary unit and at most one decimal. */
export function formatBytes(bytes: number, language: string): string {
  const power = Math.min(UNITS.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10));
  const value = bytes / 1024 ** power;
  const digits = power === 0 || value >= 100 ? 0 : 1;
  const number = value.toLocaleString(language, { maximumFractionDigits: digits });
  return `${number} ${UNITS[power] ?? 'B'}`;
}

/** A count in millions or thousands, as in 18.9M. */
export function compactNumber(value: number, language: string): string {
  return value.toLocaleString(language, { notation: 'compact', maximumFractionDigits: 1 });
}

/** Rows of cells as lines, columns as wide as their widest cell, the last one ragged. */
export function table(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, column) => (widths[column] = Math.max(widths[column] ?? 0, cell.length)));
  }
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

/** Names and values, values under one another. */
export function pairs(rows: readonly (readonly [string, string])[], indent = ''): string[] {
  return table(rows.map(([name, value]) => [name, value])).map((line) => indent + line);
}
