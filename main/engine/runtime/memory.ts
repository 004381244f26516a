import { readFileSync } from 'node:fs';
import { freemem, totalmem } from 'node:os';
import { resourceUsage } from 'node:process';

/** Memory of this process, in bytes. */
export interface MemoryFigures {
  /** Resident now. */
  readonly resident: number;
  /** Largest resident size since the process began. */
  readonly peak: number;
}

/** Memory of this process. */
export function memoryFigures(): MemoryFigures {
  return { resident: process.memoryUsage.rss(), peak: resourceUsage().maxRSS * 1024 };
}

/** Bytes a process can still take without driving others out or meeting a limit set for it. */
export function availableMemory(): number {
  // 0 or a number beyond any machine's memory where nothing limits the process.
  const limit = process.constrainedMemory();
  const free = freeMemory();
  return limit > 0 ? Math.min(free, Math.max(0, limit - process.memoryUsage.rss())) : free;
}

function freeMemory(): number {
  try {
    const line = /^MemAvailable:\s+(\d+) kB$/m.exec(readFileSync('/proc/meminfo', 'utf8'));
    if (line?.[1] !== undefined) return Number(line[1]) * 1024;
  } catch {
    // Not Linux: the free pages are the best figure Node has.
  }
  return freemem();
}

/** Share of the memory that loaded networks may take; what they compute needs the rest. */
const SHARE = 0.7;
/** A half-precision parameter is float32 in memory. */
const FLOAT32_GROWTH: Readonly<Record<string, number>> = { F32: 1, F16: 2, BF16: 2 };

/** What memory figures need of a parameter. */
interface StoredParameter {
  readonly dtype: string;
  readonly length: number;
}

/** Bytes of a model's parameters once loaded. */
export function loadedBytes(tensors: Iterable<StoredParameter>): number {
  let bytes = 0;
  for (const { dtype, length } of tensors) bytes += length * (FLOAT32_GROWTH[dtype] ?? 1);
  return bytes;
}

/**
 * Bytes that loaded networks may take.
 * @param budget bytes that a person has set; undefined: what is free now
 */
export function networkMemory(budget: number | undefined): number {
  return SHARE * Math.min(budget ?? Infinity, availableMemory());
}

/** Share of the memory that one run of the autoencoder may take. */
const RUN_SHARE = 0.25;

/**
 * Bytes that one run of the autoencoder may take. It goes by all memory there is, not by what is free
 * now: whether a picture is painted in tiles shows in its last bits, and must not depend on the day.
 * @param budget bytes that a person has set, or that a graphics processor has
 */
export function runMemory(budget: number | undefined): number {
  const limit = process.constrainedMemory();
  const total = limit > 0 ? Math.min(limit, totalmem()) : totalmem();
  return RUN_SHARE * Math.min(budget ?? Infinity, total);
}
