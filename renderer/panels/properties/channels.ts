/** Levels and curves of all channels, or of one of them. */
import { neutralAdjustment } from '../../document/create.js';
import type { Adjustment } from '../../document/types.js';

export const CHANNELS = ['all', 'red', 'green', 'blue'] as const;
export type Channel = (typeof CHANNELS)[number];
type Curves = Extract<Adjustment, { kind: 'curves' }>;
type Levels = Extract<Adjustment, { kind: 'levels' }>;
type Channelled = Curves | Levels;

export const hasChannels = (adjustment: Adjustment): adjustment is Channelled =>
  adjustment.kind === 'curves' || adjustment.kind === 'levels';

/** What an adjustment does to a channel by itself, as if it were all it does. */
export function channelOf<T extends Adjustment>(adjustment: T, channel: Channel): T {
  if (!hasChannels(adjustment)) return adjustment;
  const own: Channelled = adjustment;
  if (own.kind === 'levels') {
    const { black, white, gamma } =
      channel === 'all' ? own : (own[channel] ?? { black: 0, white: 255, gamma: 1 });
    return { kind: 'levels', black, white, gamma } as Channelled as T;
  }
  const neutral = neutralAdjustment('curves') as Curves;
  const points = channel === 'all' ? own.points : (own[channel] ?? neutral.points);
  return { kind: 'curves', points } as Channelled as T;
}

/** The adjustment with something else for a channel; what does nothing is not kept. */
export function withChannel(adjustment: Adjustment, channel: Channel, to: Adjustment): Adjustment {
  if (adjustment.kind === 'levels' && to.kind === 'levels') {
    const { black, white, gamma } = to;
    const value = { black, white, gamma };
    if (channel === 'all') return { ...adjustment, ...value };
    const { [channel]: _old, ...rest } = adjustment;
    return isNeutral(to) ? rest : { ...rest, [channel]: value };
  }
  if (adjustment.kind === 'curves' && to.kind === 'curves') {
    if (channel === 'all') return { ...adjustment, points: to.points };
    const { [channel]: _old, ...rest } = adjustment;
    return isNeutral(to) ? rest : { ...rest, [channel]: to.points };
  }
  return to;
}

function isNeutral(adjustment: Channelled): boolean {
  return JSON.stringify(adjustment) === JSON.stringify(neutralAdjustment(adjustment.kind));
}

/** A histogram as a path of SVG in a square of 255; the highest values reach its top. */
export function histogramPath(counts: ArrayLike<number>): string {
  // Single values that stand out, as black and white do, must not flatten all others.
  const inner = Array.from(counts)
    .slice(2, 254)
    .sort((one, other) => other - one);
  const most = Math.max(1, (inner[3] ?? 0) * 1.05);
  const heights = Array.from(counts, (value) => Math.min(255, (value / most) * 255));
  return `M0 255${heights.map((height, x) => `L${x} ${(255 - height).toFixed(1)}`).join('')}L255 255Z`;
}
