/** A thread that packs pixels, and unpacks them. */
import { parentPort } from 'node:worker_threads';
import { done, type Job } from './pool-jobs.js';

parentPort?.on('message', (job: Job) => {
  const answer = done(job);
  if ('tiles' in answer) {
    const { tiles } = answer;
    parentPort?.postMessage(answer, tiles === null ? [] : [tiles.buffer as ArrayBuffer]);
    return;
  }
  // memory of its own, to be handed over
  const own = Uint8Array.from(answer.bytes);
  parentPort?.postMessage({ pieces: answer.pieces, bytes: own }, [own.buffer]);
});
