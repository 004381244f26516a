/** Which progress is worth a message to another process. */
import type { EngineEvent } from './events.js';

/** Milliseconds between two messages: as often as a screen shows a change. */
const PAUSE = 33;

/**
 * Lets pass of a run's events all but the progress that nobody could see: of every stage its
 * beginning, its first step and its last, and of those between what comes after a pause. A message
 * takes time from the work in both processes.
 * @param now milliseconds of a clock
 */
export function progressFilter(now: () => number): (event: EngineEvent) => boolean {
  let told = Number.NEGATIVE_INFINITY;
  return (event) => {
    if (event.type !== 'progress') return true;
    const { step, total } = event;
    const time = now();
    if (step > 1 && step < total && time - told < PAUSE) return false;
    told = time;
    return true;
  };
}
