/** Seeds that nobody chose. */

const SEEDS = 2 ** 32;

/** A seed by chance. */
export function drawSeed(): number {
  return Math.floor(Math.random() * SEEDS);
}
