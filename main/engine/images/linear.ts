/**
 * Solves a small system of linear equations by Gauss-Jordan elimination with row pivoting.
 * @param matrix `n * n` numbers, row by row; overwritten
 * @param right `n` numbers; overwritten
 * @returns the solution, or null where the matrix is singular
 */
export function solve(matrix: Float64Array, right: Float64Array): Float64Array | null {
  const n = right.length;
  const at = (row: number, column: number): number => matrix[row * n + column] ?? 0;
  // rows of unlike units: judge a pivot by how large its diagonal was
  const limits = Array.from({ length: n }, (_, i) => Math.abs(at(i, i)) * 1e-9);
  for (let column = 0; column < n; column++) {
    let pivot = column;
    for (let row = column + 1; row < n; row++) {
      if (Math.abs(at(row, column)) > Math.abs(at(pivot, column))) pivot = row;
    }
    if (!(Math.abs(at(pivot, column)) > (limits[column] ?? 0))) return null;
    swapRows(matrix, right, pivot, column);
    for (let row = 0; row < n; row++) {
      if (row === column) continue;
      const factor = at(row, column) / at(column, column);
      for (let k = column; k < n; k++) matrix[row * n + k] = at(row, k) - factor * at(column, k);
      right[row] = (right[row] ?? 0) - factor * (right[column] ?? 0);
    }
  }
  return right.map((value, i) => value / at(i, i));
}

function swapRows(matrix: Float64Array, right: Float64Array, a: number, b: number): void {
  if (a === b) return;
  const n = right.length;
  const row = matrix.slice(a * n, (a + 1) * n);
  matrix.copyWithin(a * n, b * n, (b + 1) * n);
  matrix.set(row, b * n);
  [right[a], right[b]] = [right[b] ?? 0, right[a] ?? 0];
}
