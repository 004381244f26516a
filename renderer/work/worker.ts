/** Where the worker begins. */
import { serve, type ToWorker } from './serve.js';

const receive = serve((message, own) => {
  self.postMessage(message, { transfer: [...own] });
});
self.addEventListener('message', ({ data }: MessageEvent<ToWorker>) => {
  receive(data);
});
