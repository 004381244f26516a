/** Work that can wait until the page has nothing better to do, in the order it was asked for. */
type Work = () => void;

const waiting = new Set<Work>();
let asked = false;
/** Milliseconds after which it is done even if the page is busy. */
const PATIENCE = 500;

function drain(deadline: IdleDeadline): void {
  asked = false;
  for (const work of waiting) {
    waiting.delete(work);
    work();
    if (deadline.timeRemaining() < 2) break;
  }
  if (waiting.size > 0) ask();
}

function ask(): void {
  if (asked) return;
  asked = true;
  requestIdleCallback(drain, { timeout: PATIENCE });
}

/** Does something when there is time. @returns what takes it back */
export function whenIdle(work: Work): () => void {
  waiting.add(work);
  ask();
  return () => {
    waiting.delete(work);
  };
}
