/** How the sections of the sidebar share its height, and which are open. */
import { PANELS, type PanelName } from '../../state/ui.svelte.js';

export interface SidebarLayout {
  readonly closed: readonly PanelName[];
  /** Shares of the height, of any sum. */
  readonly shares: Readonly<Record<PanelName, number>>;
  /** The properties are as high as somebody made them, whatever they have to show. */
  readonly byHand: boolean;
}

export const FIRST_LAYOUT: SidebarLayout = {
  closed: [],
  shares: { layers: 6, properties: 5, consistency: 7, history: 3 },
  byHand: false,
};
/** A section is not drawn smaller than this, in pixels. */
export const LEAST = 64;

/** Who gives way to the properties, all of one line alike, and what they keep, in pixels. */
const GIVERS = [['consistency', 'history'], ['layers']] as const;
const KEPT = { consistency: LEAST, history: LEAST, layers: 150 } as const;

/**
 * Heights of the open sections in pixels. The properties get what they have to show, from the
 * sections below first, so that what is selected is seen whole and the list of layers stays as it is.
 * @param wanted what the properties have to show, in pixels
 */
export function heightsOf(
  { closed, shares, byHand }: SidebarLayout,
  height: number,
  wanted: number,
): Readonly<Record<PanelName, number>> {
  const open = PANELS.filter((name) => !closed.includes(name));
  const sum = open.reduce((all, name) => all + shares[name], 0);
  const heights = { layers: 0, properties: 0, consistency: 0, history: 0 };
  for (const name of open) heights[name] = (shares[name] / sum) * height;
  if (byHand || heights.properties === 0) return heights;
  for (const line of GIVERS) {
    const lacking = Math.max(0, wanted - heights.properties);
    const spare = line.map((name) => Math.max(0, heights[name] - KEPT[name]));
    const all = spare.reduce((a, b) => a + b, 0);
    const part = all === 0 ? 0 : Math.min(1, lacking / all);
    for (const [index, name] of line.entries()) heights[name] -= (spare[index] ?? 0) * part;
    heights.properties += all * part;
  }
  return heights;
}

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
    const { closed, shares, byHand } = JSON.parse(text ?? '') as Partial<SidebarLayout>;
    const known = PANELS.filter((name) => closed?.includes(name));
    const isShare = (value: unknown): value is number => typeof value === 'number' && value > 0;
    if (!shares || !PANELS.every((name) => isShare(shares[name]))) return FIRST_LAYOUT;
    return { closed: known, shares, byHand: byHand === true };
  } catch {
    return FIRST_LAYOUT;
  }
}
