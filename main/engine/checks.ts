import { NativaError } from '../../native-models/errors.js';

/** Below this spread between smallest and largest value a tensor counts as constant. */
const LEAST_SPREAD = 1e-6;

/**
 * Stops a broken result before anyone sees it: NaN or infinite numbers, or nothing but one value.
 * @param what the tensor is, for the message
 * @throws NativaError DEGENERATE_OUTPUT
 */
export function checkNotDegenerate(values: Float32Array, what: string): void {
  let low = Infinity;
  let high = -Infinity;
  let sum = 0;
  // By index and without a call for each: a picture has hundreds of thousands of numbers.
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? 0;
    sum += value;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  // A NaN is in no comparison, but in every sum.
  if (!Number.isFinite(sum)) throw degenerate(what, 'numbers that are none');
  if (high - low < LEAST_SPREAD) throw degenerate(what, 'one value everywhere');
}

/**
 * Stops at NaN and infinite numbers.
 * @param what the tensor is, for the message
 * @throws NativaError DEGENERATE_OUTPUT
 */
export function checkFinite(values: Float32Array, what: string): void {
  for (const value of values) {
    if (!Number.isFinite(value)) throw degenerate(what, 'numbers that are none');
  }
}

function degenerate(what: string, has: string): NativaError {
  const message =
    `The model made ${what} with ${has}; try another seed, a lower guidance scale or the CPU ` +
    `provider, and verify the model's files if it happens again.`;
  return new NativaError('DEGENERATE_OUTPUT', message);
}
