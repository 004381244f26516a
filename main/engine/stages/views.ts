/** How pictures of any size meet the grids of the networks: pure geometry. */
import { planFit } from '../images/index.js';
import type { FitMode, FitPlan } from '../images/index.js';
import type { ModelShape } from '../model.js';

/** Width and height, in pixels. */
interface Size {
  readonly width: number;
  readonly height: number;
}

/** One picture as the networks see it. */
export interface Views {
  /** For the autoencoder and the diffusion model. */
  readonly paint: FitPlan;
  /** For the vision tokenizer, whose picture is always the same square. */
  readonly vision: FitPlan;
}

/** Views of the picture that is edited: the whole picture, in the way the request asks for. */
export function mainViews({ width, height }: Size, shape: ModelShape, mode: FitMode): Views {
  const multiple = shape.compression * shape.patchSize;
  return {
    paint: planFit(width, height, { resolution: shape.resolution, multiple, mode }),
    vision: visionView({ width, height }, shape, mode),
  };
}

/**
 * Views of another reference: the whole picture, undistorted, on a canvas of the size the edited
 * one has, because the diffusion model lays both over each other or side by side.
 */
export function otherViews(source: Size, shape: ModelShape, canvas: Size): Views {
  const scale = Math.min(canvas.width / source.width, canvas.height / source.height);
  const inner = {
    width: Math.max(1, Math.round(source.width * scale)),
    height: Math.max(1, Math.round(source.height * scale)),
  };
  const content = {
    x: Math.floor((canvas.width - inner.width) / 2),
    y: Math.floor((canvas.height - inner.height) / 2),
    ...inner,
  };
  const model = { width: canvas.width, height: canvas.height };
  const { width, height } = source;
  return {
    paint: { mode: 'pad', source: { width, height }, model, content },
    vision: visionView(source, shape, 'stretch'),
  };
}

/** The released preprocessing stretches to the square; padding is kept where it was asked for. */
function visionView({ width, height }: Size, shape: ModelShape, mode: FitMode): FitPlan {
  const resolution = shape.visionSize;
  return planFit(width, height, { resolution, mode: mode === 'pad' ? 'pad' : 'stretch' });
}

/**
 * The vision view cut to what a token grid covers: patches that do not fill the square, and those
 * that fill no pooling window, belong to no token.
 * @param side cells along the grid
 * @param sideAtS0 cells along the grid before pooling
 */
export function tokenView(
  vision: FitPlan,
  shape: ModelShape,
  side: number,
  sideAtS0: number,
): FitPlan {
  const pool = Math.floor(sideAtS0 / side);
  const covered = side * pool * shape.visionPatch;
  return { ...vision, model: { width: covered, height: covered } };
}
