import type { ModelPixels } from '../autoencoder/autoencoder.js';
import type { Drift } from '../events.js';
import {
  applyRegistration,
  changeMap,
  composite,
  fromModelPixels,
  measureDrift,
  register,
  toSourceMask,
} from '../images/index.js';
import type { FitPlan, Mask, Pixels } from '../images/index.js';

/** Where an edit may change its picture, known before it is painted. */
export interface Bounds {
  /** Who says so: the person's mask or the model's tokens. */
  readonly region: 'mask' | 'tokens';
  /** Feathered, of the picture's size. */
  readonly mask: Mask;
}

/** What an edit is laid over, and how. */
export interface CompositionInput {
  readonly image: Pixels;
  readonly fit: FitPlan;
  readonly bounds: Bounds | undefined;
  /** The picture through the autoencoder alone: what an edit that changes nothing looks like. */
  readonly roundTrip: ModelPixels;
  readonly onlyChanged: boolean;
}

/** A finished edit at the picture's own size. */
export interface Composition {
  readonly image: Pixels;
  readonly drift: Drift;
  /** Whether anything can be seen to have changed. */
  readonly changedAnything: boolean;
}

/**
 * Lays what the model painted over the picture, at the picture's size. Within bounds, nothing outside
 * them changes. Without, the edit is moved onto the picture (repainting may shift or scale a
 * little), and what it really changed is found; with `onlyChanged` the rest stays as it was, byte by
 * byte. Either way fine detail of the picture that the edit follows comes from the picture.
 * @param painted of the model's size
 */
export function composeEdit(input: CompositionInput, painted: ModelPixels): Composition {
  const { image, fit, bounds, onlyChanged } = input;
  const base = fromModelPixels(input.roundTrip.data, input.roundTrip);
  const edited = fromModelPixels(painted.data, painted);
  if (bounds !== undefined) {
    const { region, mask } = bounds;
    const result = composite(image, edited, mask, { plan: fit, base });
    const drift: Drift = { region, ...measureDrift(image, result, mask) };
    return { image: result, drift, changedAnything: drift.inside?.identical === false };
  }
  const registration = register(base, edited);
  const aligned = applyRegistration(edited, registration);
  const changes = changeMap(base, aligned, base);
  const soft = toSourceMask(changes.mask, fit);
  const result = composite(image, aligned, onlyChanged ? soft : null, { plan: fit, base });
  const drift: Drift = {
    region: 'changes',
    ...measureDrift(image, result, soft),
    changed: changes.changed,
    registered: registration.significant,
  };
  return { image: result, drift, changedAnything: changes.changed > 0 };
}
