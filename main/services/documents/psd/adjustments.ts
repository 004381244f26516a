/** Adjustments that there are here and in Photoshop files, as far as both mean the same. */
import type { AdjustmentLayer, LevelsAdjustmentChannel } from 'ag-psd';
import type { WireAdjustment } from '../../../../preload/contract.js';
import type { Info } from './records.js';

type Adjustment = WireAdjustment['adjustment'];
type Curve = Extract<Adjustment, { kind: 'curves' }>['points'];

/** Photoshop's default for what a shadow, a midtone and a highlight become. */
const NEUTRAL = { black: 0, white: 255, gamma: 1 };
/** Stops, degrees and percent are kept within what can be set here. */
const within = (value: number, most: number): number => Math.min(most, Math.max(-most, value));

/** @returns null for what there is not here */
export function fromPsdAdjustment(adjustment: AdjustmentLayer): Adjustment | null {
  switch (adjustment.type) {
    case 'levels': {
      const { rgb, red, green, blue } = adjustment;
      return {
        kind: 'levels',
        ...(levelsOf(rgb) ?? NEUTRAL),
        ...each({ red, green, blue }, levelsOf),
      };
    }
    case 'curves': {
      const { rgb, red, green, blue } = adjustment;
      const points = curveOf(rgb) ?? LINE;
      return { kind: 'curves', points, ...each({ red, green, blue }, curveOf) };
    }
    case 'hue/saturation': {
      const { hue = 0, saturation = 0, lightness = 0 } = adjustment.master ?? {};
      return {
        kind: 'hue-saturation',
        hue: within(hue, 180),
        saturation: within(saturation, 100),
        lightness: within(lightness, 100),
      };
    }
    case 'brightness/contrast':
      return {
        kind: 'brightness-contrast',
        brightness: within(adjustment.brightness ?? 0, 100),
        contrast: within(adjustment.contrast ?? 0, 100),
      };
    case 'exposure':
      return { kind: 'exposure', exposure: within(adjustment.exposure ?? 0, 5) };
    case 'black & white':
      return { kind: 'grayscale', amount: 100 };
    case 'invert':
      return { kind: 'curves', points: LINE.map(({ x, y }) => ({ x, y: 255 - y })) };
    case 'channel mixer':
    case 'color balance':
    case 'color lookup':
    case 'gradient map':
    case 'photo filter':
    case 'posterize':
    case 'selective color':
    case 'threshold':
    case 'vibrance':
      return null;
  }
}

const LINE: Curve = [
  { x: 0, y: 0 },
  { x: 255, y: 255 },
];

const byte = (value: number): number => Math.min(255, Math.max(0, value));

/** Null where nothing is changed. */
function levelsOf(channel: LevelsAdjustmentChannel | undefined): typeof NEUTRAL | null {
  if (channel === undefined) return null;
  const black = Math.min(254, byte(channel.shadowInput));
  const white = Math.max(black + 1, byte(channel.highlightInput));
  const gamma = Math.min(10, Math.max(0.1, channel.midtoneInput));
  return black === 0 && white === 255 && gamma === 1 ? null : { black, white, gamma };
}

/** Null where nothing is changed. */
function curveOf(points: { input: number; output: number }[] | undefined): Curve | null {
  if (points === undefined || points.length < 2) return null;
  const curve = points
    .slice(0, 32)
    .map(({ input, output }) => ({ x: byte(input), y: byte(output) }));
  return curve.every(({ x, y }) => x === y) ? null : curve;
}

type Channel = 'red' | 'green' | 'blue';

/** Only the channels that something is said of. */
function each<From, To>(
  channels: Readonly<Record<Channel, From | undefined>>,
  of: (channel: From | undefined) => To | null,
): Partial<Record<Channel, To>> {
  const made: Partial<Record<Channel, To>> = {};
  for (const name of ['red', 'green', 'blue'] as const) {
    const value = of(channels[name]);
    if (value !== null) made[name] = value;
  }
  return made;
}

/** An adjustment as Photoshop writes it. Grayscale is what comes nearest to it there: no saturation. */
export function toPsdAdjustment(adjustment: Adjustment): Info {
  switch (adjustment.kind) {
    case 'levels':
      return { key: 'levl', data: levelsData(adjustment) };
    case 'curves':
      return { key: 'curv', data: curvesData(adjustment) };
    case 'hue-saturation':
      return { key: 'hue2', data: hueData(adjustment) };
    case 'grayscale':
      return { key: 'hue2', data: hueData({ saturation: -adjustment.amount }) };
    case 'exposure': {
      const data = Buffer.alloc(16);
      data.writeUInt16BE(1, 0);
      // Exposure, offset and gamma.
      data.writeFloatBE(adjustment.exposure, 2);
      data.writeFloatBE(1, 10);
      return { key: 'expA', data };
    }
    case 'brightness-contrast':
      return {
        key: 'brit',
        data: words([adjustment.brightness, adjustment.contrast, 127, 0].map(Math.round)),
      };
  }
}

/** Signed numbers of 16 bits. */
function words(values: readonly number[]): Buffer {
  const data = Buffer.alloc(values.length * 2);
  for (const [index, value] of values.entries()) data.writeInt16BE(value, index * 2);
  return data;
}

/** As many channels as the format has room for, ours first. */
const LEVELS = 63;

function levelsData(levels: Extract<Adjustment, { kind: 'levels' }>): Buffer {
  const channels = [levels, levels.red, levels.green, levels.blue];
  const values = Array.from({ length: LEVELS }, (_, index) => {
    const { black, white, gamma } = channels[index] ?? NEUTRAL;
    return [Math.round(black), Math.round(white), 0, 255, Math.round(gamma * 100)];
  });
  return words([2, ...values.flat()]);
}

function curvesData({ points, red, green, blue }: Extract<Adjustment, { kind: 'curves' }>): Buffer {
  const channels = [points, red, green, blue];
  const there = channels.reduce((bits, curve, index) => bits | (curve ? 1 << index : 0), 0);
  const nodes = channels.flatMap((curve) =>
    curve ? [curve.length, ...curve.flatMap(({ x, y }) => [Math.round(y), Math.round(x)])] : [],
  );
  // A byte of its own, the version, and the channels as bits of 32.
  return Buffer.concat([Buffer.alloc(1), words([1, 0, there, ...nodes])]);
}

/** Hue and saturation of all colours, and of six ranges of them, which stay as they are. */
function hueData({ hue = 0, saturation = 0, lightness = 0 }): Buffer {
  // The version; not colorized, a byte of padding, and what it would be colorized by.
  const head = Buffer.concat([words([2]), Buffer.alloc(2), words([0, 25, 0])]);
  const ranges = [
    [315, 345, 15, 45],
    [15, 45, 75, 105],
    [75, 105, 135, 165],
    [135, 165, 195, 225],
    [195, 225, 255, 285],
    [255, 285, 315, 345],
  ];
  const all = [hue, saturation, lightness].map(Math.round);
  return Buffer.concat([head, words([...all, ...ranges.flatMap((range) => [...range, 0, 0, 0])])]);
}
