/** Bounds that both changes and files keep, so that what can be made can be saved and opened. */
import { DocumentError } from '../errors.js';
import type { Layer } from '../types.js';

/** Pixels of a side of a document or raster. */
export const MAX_SIDE = 65_535;
/** Layers of a document, groups and what is in them included. */
export const MAX_LAYERS = 2000;
/** Layers within each other, the outermost included. */
export const MAX_DEPTH = 32;
/** Characters of a layer's name. */
export const MAX_NAME = 1000;
/** Characters of a text layer. */
export const MAX_TEXT = 100_000;
export const MAX_GUIDES = 1000;
/** Points of a curve. */
export const MAX_CURVE_POINTS = 256;

const COLOUR = /^#(?:[0-9a-f]{6}|[0-9a-f]{8})$/i;

/** @throws DocumentError BAD_SIZE unless both are whole numbers from 1 to 65535 */
export function checkSides(width: number, height: number): void {
  for (const side of [width, height]) {
    if (Number.isInteger(side) && side >= 1 && side <= MAX_SIDE) continue;
    throw new DocumentError('BAD_SIZE', `Sides are whole numbers from 1 to ${MAX_SIDE} pixels.`);
  }
}

/** @throws DocumentError BAD_VALUE unless all are finite numbers */
export function checkFinite(values: readonly number[]): void {
  if (values.every(Number.isFinite)) return;
  throw new DocumentError('BAD_VALUE', 'A number is needed here.');
}

/** Whether it is #rrggbb or #rrggbbaa. */
export function isColour(text: string): boolean {
  return COLOUR.test(text);
}

/** @throws DocumentError BAD_VALUE unless it is #rrggbb, #rrggbbaa, or null */
export function checkColour(colour: string | null): void {
  if (colour === null || isColour(colour)) return;
  throw new DocumentError('BAD_VALUE', 'Colours are written as #rrggbb or #rrggbbaa.');
}

/** A name as layers bear it. */
export function cleanName(name: string): string {
  return name.trim().slice(0, MAX_NAME);
}

/** @throws DocumentError TOO_MANY_LAYERS or TOO_DEEP */
export function checkLayers(layers: readonly Layer[]): void {
  let count = 0;
  const visit = (siblings: readonly Layer[], depth: number): void => {
    if (siblings.length > 0 && depth > MAX_DEPTH) {
      throw new DocumentError('TOO_DEEP', `Groups nest at most ${MAX_DEPTH} deep.`);
    }
    count += siblings.length;
    if (count > MAX_LAYERS) {
      throw new DocumentError('TOO_MANY_LAYERS', `A document has at most ${MAX_LAYERS} layers.`);
    }
    for (const layer of siblings) if (layer.type === 'group') visit(layer.children, depth + 1);
  };
  visit(layers, 1);
}
