import type { TensorLocation } from './types.js';

/**
 * Parameters that lets a graph be built whatever is missing, and writes down what it asked for: to
 * say all that differs between configs and weights at once. Graphs built on it cannot be loaded.
 */
export class ParameterAudit extends Map<string, TensorLocation> {
  readonly #wanted = new Map<string, readonly number[]>();

  /** Shapes that were asked for, by name, in order of first use. */
  get wanted(): ReadonlyMap<string, readonly number[]> {
    return this.#wanted;
  }

  /** Stands in for a parameter that a graph asks for. */
  want(name: string, shape: readonly number[]): TensorLocation {
    this.#wanted.set(name, shape);
    const length = shape.reduce((product, size) => product * size, 4);
    return { file: 'audit', dtype: 'F32', shape, offset: 0, length };
  }
}
