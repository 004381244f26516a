import type { Latents } from '../autoencoder/autoencoder.js';

/** Time between previews for every unit of time that a preview takes. */
const REST = 5;

/**
 * Shows previews as often as they are cheap: after one that took t the next comes 5 t later, so
 * that they slow a run down by a fifth at most, be the decoder small or large.
 * @param show decodes and sends one preview
 * @param now milliseconds, for tests
 */
export function previewThrottle(
  show: (latents: Latents) => Promise<void>,
  now: () => number = () => performance.now(),
): (predicted: () => Latents) => Promise<void> {
  let next = -Infinity;
  return async (predicted) => {
    const begin = now();
    if (begin < next) return;
    await show(predicted());
    const end = now();
    next = end + REST * (end - begin);
  };
}
