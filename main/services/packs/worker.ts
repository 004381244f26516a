/** A thread that packs pixels. */
import { parentPort } from 'node:worker_threads';
import { packed, type PackJob } from './jobs.js';

parentPort?.on('message', (job: PackJob) => {
  const { pieces, bytes } = packed(job);
  // memory of its own, to be handed over
  const own = Uint8Array.from(bytes);
  parentPort?.postMessage({ pieces, bytes: own }, [own.buffer]);
});
