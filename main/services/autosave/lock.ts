/** Telling documents that someone is working on from those that a crash has left behind. */
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { uptime } from 'node:os';
import { z } from 'zod';

export const LOCK_FILE = 'lock.json';
const MAX_LOCK = 10_000;

/** Who works on a document. */
const lockSchema = z.object({
  pid: z.int().min(1),
  /** When that process began, as its system says; null where it does not. */
  started: z.string().max(200).nullable(),
  /** Milliseconds since 1970. */
  at: z.number(),
});
export type Lock = z.output<typeof lockSchema>;

/**
 * When a process began, on Linux: ids of processes are used again, this is not. Null elsewhere and
 * for processes that have ended.
 */
function startOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    // the name of the program, in brackets, may hold anything; the start is the 20th field behind it
    const ticks = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
    return ticks === undefined ? null : `${boot}:${ticks}`;
  } catch {
    return null;
  }
}

/** A lock of this process. */
export function ownLock(): Lock {
  return { pid: process.pid, started: startOf(process.pid), at: Date.now() };
}

/** The lock in a file; null where there is none or it is damaged. */
export async function readLock(path: string): Promise<Lock | null> {
  try {
    const text = await readFile(path, 'utf8');
    if (text.length > MAX_LOCK) return null;
    return lockSchema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** Whether the process that made a lock still runs. */
export function isLive({ pid, started, at }: Lock): boolean {
  if (!isRunning(pid)) return false;
  if (started !== null) return startOf(pid) === started;
  // a lock from before the system was started is nobody's
  return at >= Date.now() - uptime() * 1000 - 1000;
}
