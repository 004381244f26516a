/** Threads that pack pixels and unpack them, as many as the machine has cores. */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { done, type Done, type Job } from './pool-jobs.js';

/** More would want memory and find little to do: the page makes what they pack. */
const MOST = 8;
/** Milliseconds after which a thread without work ends. */
const IDLE = 10_000;

interface Waiting {
  readonly job: Job;
  readonly resolve: (done: Done<Job>) => void;
}

/** Does jobs on threads that are started when they are needed. */
export class PackPool {
  readonly #script: URL;
  readonly #most: number;
  readonly #waiting: Waiting[] = [];
  readonly #idle = new Map<Worker, NodeJS.Timeout>();
  readonly #busy = new Map<Worker, Waiting>();
  /** Threads cannot be had here: the work is done where it is asked for. */
  #threadless = false;

  /** @param script the threads' compiled entry; default: the one beside this file */
  constructor(script?: URL, most = Math.min(MOST, availableParallelism())) {
    this.#script = script ?? new URL('./worker.js', import.meta.url);
    this.#most = most;
  }

  /** Does a job, after those that came before. Its bytes are copied. */
  run<J extends Job>(job: J): Promise<Done<J>> {
    return new Promise((resolve) => {
      // What is done is of the job's kind, which the type checker cannot follow through the queue.
      const given = resolve as (done: Done<Job>) => void;
      this.#waiting.push({ job, resolve: given });
      this.#next();
    });
  }

  /** How many jobs are done at once. */
  get width(): number {
    return this.#most;
  }

  /** Ends the threads; what waits is done all the same. */
  async close(): Promise<void> {
    this.#threadless = true;
    const all = [...this.#idle.keys(), ...this.#busy.keys()];
    for (const timer of this.#idle.values()) clearTimeout(timer);
    this.#idle.clear();
    await Promise.all(all.map((worker) => worker.terminate()));
  }

  #next(): void {
    for (;;) {
      const [next] = this.#waiting;
      if (next === undefined) return;
      if (this.#threadless) {
        this.#waiting.shift();
        setImmediate(() => {
          next.resolve(done(next.job));
        });
        continue;
      }
      const worker = this.#free();
      if (worker === null) return;
      this.#waiting.shift();
      this.#busy.set(worker, next);
      worker.postMessage(next.job);
    }
  }

  #free(): Worker | null {
    for (const [worker, timer] of this.#idle) {
      clearTimeout(timer);
      this.#idle.delete(worker);
      return worker;
    }
    return this.#busy.size < this.#most ? this.#start() : null;
  }

  #start(): Worker {
    const worker = new Worker(this.#script);
    worker.unref();
    worker.on('message', (answer: Done<Job>) => {
      this.#busy.get(worker)?.resolve(answer);
      this.#busy.delete(worker);
      const timer = setTimeout(() => {
        this.#idle.delete(worker);
        void worker.terminate();
      }, IDLE).unref();
      this.#idle.set(worker, timer);
      this.#next();
    });
    // said as well where the thread never began
    worker.on('error', () => {
      this.#threadless = true;
    });
    worker.on('exit', () => {
      clearTimeout(this.#idle.get(worker));
      this.#idle.delete(worker);
      const given = this.#busy.get(worker);
      this.#busy.delete(worker);
      if (given) this.#waiting.unshift(given);
      this.#next();
    });
    return worker;
  }
}
