/**
 * Names of blend modes: the W3C's, OpenRaster's and Photoshop's. A mode that the W3C does not have
 * comes in as the one that looks most like it.
 */
import type { BlendMode as PsdMode } from 'ag-psd';

/** Names in the W3C Compositing and Blending specification that have an OpenRaster name. */
const ORA: Readonly<Record<string, string>> = {
  normal: 'svg:src-over',
  multiply: 'svg:multiply',
  screen: 'svg:screen',
  overlay: 'svg:overlay',
  darken: 'svg:darken',
  lighten: 'svg:lighten',
  'color-dodge': 'svg:color-dodge',
  'color-burn': 'svg:color-burn',
  'hard-light': 'svg:hard-light',
  'soft-light': 'svg:soft-light',
  difference: 'svg:difference',
  // not in OpenRaster; Krita's own name, others draw it as normal
  exclusion: 'krita:exclusion',
  hue: 'svg:hue',
  saturation: 'svg:saturation',
  color: 'svg:color',
  luminosity: 'svg:luminosity',
};

const FROM_ORA: Readonly<Record<string, string>> = {
  ...Object.fromEntries(Object.entries(ORA).map(([mode, name]) => [name, mode])),
  'svg:exclusion': 'exclusion',
  'svg:plus': 'screen',
  'krita:add': 'screen',
  'krita:linear_dodge': 'screen',
  'krita:linear_burn': 'multiply',
  'krita:subtract': 'difference',
  'krita:vivid_light': 'hard-light',
  'krita:linear light': 'hard-light',
  'krita:pin_light': 'hard-light',
};

const FROM_PSD: Readonly<Record<PsdMode, string>> = {
  'pass through': 'normal',
  normal: 'normal',
  dissolve: 'normal',
  darken: 'darken',
  multiply: 'multiply',
  'color burn': 'color-burn',
  'linear burn': 'multiply',
  'darker color': 'darken',
  lighten: 'lighten',
  screen: 'screen',
  'color dodge': 'color-dodge',
  'linear dodge': 'screen',
  'lighter color': 'lighten',
  overlay: 'overlay',
  'soft light': 'soft-light',
  'hard light': 'hard-light',
  'vivid light': 'hard-light',
  'linear light': 'hard-light',
  'pin light': 'hard-light',
  'hard mix': 'hard-light',
  difference: 'difference',
  exclusion: 'exclusion',
  subtract: 'difference',
  divide: 'color-dodge',
  hue: 'hue',
  saturation: 'saturation',
  color: 'color',
  luminosity: 'luminosity',
  'linear height': 'normal',
  height: 'normal',
  subtraction: 'difference',
};

/** Photoshop's four letters. */
const TO_PSD: Readonly<Record<string, string>> = {
  normal: 'norm',
  multiply: 'mul ',
  screen: 'scrn',
  overlay: 'over',
  darken: 'dark',
  lighten: 'lite',
  'color-dodge': 'div ',
  'color-burn': 'idiv',
  'hard-light': 'hLit',
  'soft-light': 'sLit',
  difference: 'diff',
  exclusion: 'smud',
  hue: 'hue ',
  saturation: 'sat ',
  color: 'colr',
  luminosity: 'lum ',
};

/** OpenRaster's composite-op of a W3C name. */
export function toOraMode(mode: string): string {
  return ORA[mode] ?? 'svg:src-over';
}

/** W3C name of an OpenRaster composite-op. */
export function fromOraMode(operator: string): string {
  return FROM_ORA[operator] ?? 'normal';
}

/** Photoshop's four letters of a W3C name. */
export function toPsdKey(mode: string): string {
  return TO_PSD[mode] ?? 'norm';
}

/** W3C name of a Photoshop name. */
export function fromPsdMode(mode: PsdMode | undefined): string {
  return mode === undefined ? 'normal' : FROM_PSD[mode];
}
