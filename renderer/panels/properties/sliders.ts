/** Which values an adjustment has, and how far each can be moved. */
import type { MessageKey } from '../../i18n/en/index.js';
import type { Adjustment } from '../../document/types.js';

type Kind = Exclude<Adjustment['kind'], 'curves'>;
export type SliderAdjustment = Extract<Adjustment, { kind: Kind }>;

export interface SliderSpec {
  /** Name of the value in the adjustment. */
  readonly name: string;
  readonly label: MessageKey;
  readonly min: number;
  readonly max: number;
  readonly step: number;
  /** Digits after the point. */
  readonly digits: number;
  /** Written after the number. */
  readonly unit?: string;
  /** The slider moves evenly through powers: twice as much is as far as half as much. */
  readonly powers?: boolean;
}

const even = (name: string, label: MessageKey, reach: number): SliderSpec => ({
  name,
  label,
  min: -reach,
  max: reach,
  step: 1,
  digits: 0,
});
const byte = (name: string, label: MessageKey): SliderSpec => ({
  name,
  label,
  min: 0,
  max: 255,
  step: 1,
  digits: 0,
});
const radius = (max: number): SliderSpec => ({
  name: 'radius',
  label: 'adjust.radius',
  min: 0,
  max,
  step: 0.1,
  digits: 1,
  unit: ' px',
});
const amount = (max: number): SliderSpec => ({
  name: 'amount',
  label: 'adjust.amount',
  min: 0,
  max,
  step: 1,
  digits: 0,
  unit: ' %',
});

const SLIDERS: Readonly<Record<Kind, readonly SliderSpec[]>> = {
  'brightness-contrast': [
    even('brightness', 'adjust.brightness', 100),
    even('contrast', 'adjust.contrast', 100),
  ],
  levels: [
    byte('black', 'adjust.black'),
    {
      name: 'gamma',
      label: 'adjust.gamma',
      min: 0.1,
      max: 10,
      step: 0.01,
      digits: 2,
      powers: true,
    },
    byte('white', 'adjust.white'),
  ],
  'hue-saturation': [
    { ...even('hue', 'adjust.hue', 180), unit: '°' },
    even('saturation', 'adjust.saturation', 100),
    even('lightness', 'adjust.lightness', 100),
  ],
  exposure: [{ ...even('exposure', 'adjust.exposure', 5), step: 0.05, digits: 2 }],
  temperature: [even('temperature', 'adjust.temperature', 100), even('tint', 'adjust.tint', 100)],
  blur: [radius(100)],
  sharpen: [amount(500), radius(100)],
  grayscale: [amount(100)],
};

/** The sliders of an adjustment. */
export function slidersOf({ kind }: SliderAdjustment): readonly SliderSpec[] {
  return SLIDERS[kind];
}

/** A value of an adjustment. */
export function valueOf(adjustment: SliderAdjustment, { name, min }: SliderSpec): number {
  return (adjustment as unknown as Readonly<Record<string, number>>)[name] ?? min;
}

/** The adjustment with another value. Black stays below white. */
export function withValue(
  adjustment: SliderAdjustment,
  { name, min, max }: SliderSpec,
  value: number,
): SliderAdjustment {
  let within = Math.min(max, Math.max(min, value));
  if (adjustment.kind === 'levels') {
    if (name === 'black') within = Math.min(within, adjustment.white - 1);
    if (name === 'white') within = Math.max(within, adjustment.black + 1);
  }
  return { ...adjustment, [name]: within };
}

/** Steps of a slider that moves through powers, from one power of ten to the next. */
const TENTH = 100;

/**
 * Where a value is on its slider, and the slider's ends, all in whole steps: a slider that is given a
 * value between its steps would move it to one of them by itself.
 */
export function onSlider({ powers, min, max, step }: SliderSpec, value: number) {
  const place = (of: number): number =>
    // Without negative zeros.
    Math.round(powers ? Math.log10(of) * TENTH : of / step) + 0;
  return { at: place(Math.min(max, Math.max(min, value))), min: place(min), max: place(max) };
}

/** The value at a place of its slider, rounded to the digits it has. */
export function offSlider({ powers, step, digits }: SliderSpec, at: number): number {
  return Number((powers ? 10 ** (at / TENTH) : at * step).toFixed(digits));
}
