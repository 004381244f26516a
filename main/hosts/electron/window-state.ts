/** Where the window was when it was closed. */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { z } from 'zod';

/** A rectangle on the desktop, in device-independent pixels. */
export interface Bounds {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const stateSchema = z.strictObject({
  bounds: z.strictObject({
    x: z.int(),
    y: z.int(),
    width: z.int().min(1).max(100_000),
    height: z.int().min(1).max(100_000),
  }),
  maximized: z.boolean(),
});
/** What is remembered of the window. */
export type WindowState = z.output<typeof stateSchema>;

/** The smallest window in which the studio can be used. */
export const SMALLEST = { width: 800, height: 600 } as const;
const FIRST = { width: 1440, height: 900 } as const;

/** What a file remembers; undefined where it is not there or damaged. */
export function readWindowState(path: string): WindowState | undefined {
  try {
    return stateSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return undefined;
  }
}

/** Remembers; where that fails the window opens in its first place the next time. */
export function writeWindowState(path: string, state: WindowState): void {
  try {
    writeFileSync(`${path}.tmp`, JSON.stringify(state));
    renameSync(`${path}.tmp`, path);
  } catch {
    // Nothing a person would want to be told while closing a window.
  }
}

/**
 * Bounds for a window: the remembered ones where enough of them is on a display, for displays are
 * unplugged; else centred on the first.
 * @param areas of the displays without bars and docks, the first one first
 */
export function placeWindow(state: WindowState | undefined, areas: readonly Bounds[]): Bounds {
  const bounds = state?.bounds;
  if (bounds !== undefined && areas.some((area) => isReachable(bounds, area))) return bounds;
  const [area = { x: 0, y: 0, ...FIRST }] = areas;
  const width = Math.min(FIRST.width, area.width);
  const height = Math.min(FIRST.height, area.height);
  const x = area.x + Math.round((area.width - width) / 2);
  const y = area.y + Math.round((area.height - height) / 2);
  return { x, y, width, height };
}

/** Whether enough of the window's title bar is there to be taken hold of. */
function isReachable({ x, y, width }: Bounds, area: Bounds): boolean {
  const left = Math.max(x, area.x);
  const right = Math.min(x + width, area.x + area.width);
  return right - left >= 100 && y >= area.y - 10 && y <= area.y + area.height - 50;
}
