/** A worker for tests: the real one's code behind a real message channel, in this process. */
import { serve, type FromWorker } from '../../../../renderer/work/serve.js';
import type { WorkerPort } from '../../../../renderer/work/pixel-worker.js';

/** What started, in order, and what it was sent. */
export interface Started {
  /** Bytes of tiles that were sent to it. */
  bytes: number;
  ended: boolean;
  readonly port: WorkerPort;
}

/** Starts workers, remembers them, and ends them all. */
export class Workers {
  readonly started: Started[] = [];

  readonly start = (): WorkerPort => {
    const { port1: near, port2: far } = new MessageChannel();
    const receive = serve((message, own) => {
      far.postMessage(message, [...own]);
    });
    far.onmessage = ({ data }: MessageEvent<Parameters<typeof receive>[0]>) => {
      receive(data);
    };
    const port: WorkerPort = {
      postMessage: (message, transfer) => {
        if (message.type === 'tiles')
          for (const [, data] of message.tiles) entry.bytes += data.length;
        near.postMessage(message, transfer);
      },
      terminate: () => {
        entry.ended = true;
        near.close();
      },
      onmessage: null,
      onerror: null,
    };
    const entry: Started = { bytes: 0, ended: false, port };
    near.onmessage = (event: MessageEvent<FromWorker>) => port.onmessage?.(event);
    this.started.push(entry);
    return port;
  };

  endAll(): void {
    for (const { port } of this.started) port.terminate();
  }
}

/** Whether two pieces of memory hold the same bytes. */
export function sameBytes(one: Uint8ClampedArray, other: Uint8ClampedArray): boolean {
  return Buffer.from(one).equals(Buffer.from(other));
}

/** Lets work that was asked for begin, but not yet receive anything. */
export async function begun(): Promise<void> {
  for (let i = 0; i < 20; i++) await Promise.resolve();
}
