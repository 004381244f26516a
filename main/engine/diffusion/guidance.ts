/**
 * Classifier-free guidance with text and image apart (after Brooks et al., InstructPix2Pix, arXiv
 * 2211.09800, section 3.2.1):
 *   v = v_0 + s_I (v_I - v_0) + s_T (v_TI - v_I)
 * which is the weighted sum (1 - s_I) v_0 + (s_I - s_T) v_I + s_T v_TI. A branch of weight 0 is not
 * computed: released text-to-image guidance is v_0 and v_TI, released edit guidance (s_I = 1) is
 * v_I and v_TI, and scale 1 needs v_TI alone.
 */

/** none: neither text nor image; image: the reference alone; full: text and reference. */
export type BranchName = 'none' | 'image' | 'full';

/** One evaluation of the network and its weight in the sum. */
export interface GuidanceBranch {
  readonly name: BranchName;
  readonly weight: number;
}

/**
 * Branches a step needs; their weights add up to 1.
 * @param textScale s_T
 * @param imageScale s_I; undefined where there is no reference, and v = v_0 + s_T (v_TI - v_0)
 */
export function guidanceBranches(textScale: number, imageScale?: number): GuidanceBranch[] {
  const branches: GuidanceBranch[] =
    imageScale === undefined
      ? [
          { name: 'none', weight: 1 - textScale },
          { name: 'full', weight: textScale },
        ]
      : [
          { name: 'none', weight: 1 - imageScale },
          { name: 'image', weight: imageScale - textScale },
          { name: 'full', weight: textScale },
        ];
  return branches.filter((branch) => branch.weight !== 0);
}

/**
 * Weighted sum of the branches' predictions.
 * @param predictions one per branch, all of one length
 */
export function combineBranches(
  branches: readonly GuidanceBranch[],
  predictions: readonly Float32Array[],
): Float32Array<ArrayBuffer> {
  const result = new Float32Array(predictions[0]?.length ?? 0);
  branches.forEach(({ weight }, index) => {
    const prediction = predictions[index];
    if (prediction?.length !== result.length) throw new RangeError('a prediction is missing');
    for (let i = 0; i < result.length; i++) {
      result[i] = (result[i] ?? 0) + weight * (prediction[i] ?? 0);
    }
  });
  return result;
}
