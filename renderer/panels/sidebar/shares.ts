/** How the sections of the sidebar share its height, and which are open. */
import { PANELS, type PanelName } from '../../state/ui.svelte.js';

export interface SidebarLayout {
  readonly closed: readonly PanelName[];
  /** Shares of the height, of any sum. */
  readonly shares: Readonly<Record<PanelName, number>>;
}

export const FIRST_LAYOUT: SidebarLayout = {
  closed: [],
  shares: { layers: 6, properties: 5, consistency: 7, history: 3 },
};
/** A section is not drawn smaller than this, in pixels. */
export const LEAST = 64;

/** Moves the border between two sections; heights in pixels, their sum stays. */
export function moveBorder(
  above: number,
  below: number,
  by: number,
): readonly [above: number, below: number] {
  const sum = above + below;
  if (sum < LEAST * 2) return [above, below];
  const next = Math.min(sum - LEAST, Math.max(LEAST, above + by));
  return [next, sum - next];
}

/** A layout as it was written; the first one where that cannot be read. */
export function readLayout(text: string | null): SidebarLayout {
  try {
    const { closed, shares } = JSON.parse(text ?? '') as Partial<SidebarLayout>;
    const known = PANELS.filter((name) => closed?.includes(name));
    const isShare = (value: unknown): value is number => typeof value === 'number' && value > 0;
    if (!shares || !PANELS.every((name) => isShare(shares[name]))) return FIRST_LAYOUT;
    return { closed: known, shares };
  } catch {
    return FIRST_LAYOUT;
  }
}
