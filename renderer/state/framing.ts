/** Changes of the document's frame, and the view that follows them. */
import { anchoredAt, resizeCanvas, resizeImage, type Anchor } from '../document/layers/canvas.js';
import { setSelection } from '../document/layers/masks.js';
import type { ResampleMask } from '../document/layers/transform.js';
import { invertMask, maskFromRect } from '../document/pixels/mask-operations.js';
import { IDENTITY, scaling, translation } from '../document/pixels/matrix.js';
import type { Matrix, StudioDocument } from '../document/types.js';
import type { MessageKey } from '../i18n/index.svelte.js';
import type { OpenDocument } from './open-document.svelte.js';
import type { Studio } from './studio.svelte.js';

/** Of the longer side: what outpainting adds on each side. */
const ROOM = 0.2;

/** @param moved where that puts what was in the document before */
export async function reframe(
  { current, work }: Studio,
  key: MessageKey,
  change: (document: StudioDocument, resample: ResampleMask) => StudioDocument,
  moved: (before: StudioDocument) => Matrix,
): Promise<void> {
  const before = current.editor.document;
  if (!before || !(await work.reshape(key, change))) return;
  if (current.editor.document !== before) current.reframed(moved(before));
}

/** Adds to the canvas or takes away from it. */
export function setCanvasSize(
  studio: Studio,
  { width, height }: Pick<StudioDocument, 'width' | 'height'>,
  anchor: Anchor,
): Promise<void> {
  return reframe(
    studio,
    'command.image.canvasSize',
    (document, resample) => resizeCanvas(document, width, height, anchor, resample),
    (before) => {
      const { x, y } = anchoredAt(before, width, height, anchor);
      return translation(-x, -y);
    },
  );
}

/** Scales the picture. */
export function setImageSize(
  studio: Studio,
  { width, height }: Pick<StudioDocument, 'width' | 'height'>,
): Promise<void> {
  return reframe(
    studio,
    'command.image.imageSize',
    (document, resample) => resizeImage(document, width, height, resample),
    (before) => scaling(width / before.width, height / before.height),
  );
}

/** Makes room around the picture, selects it, shows all of it, and goes to the prompt. */
export async function outpaint(studio: Studio): Promise<void> {
  const { create, current, work } = studio;
  const extended = await work.reshape('command.create.outpaint', (document, resample) => {
    const room = Math.max(32, Math.round(Math.max(document.width, document.height) * ROOM));
    const [width, height] = [document.width + 2 * room, document.height + 2 * room];
    const larger = resizeCanvas(document, width, height, { x: 0.5, y: 0.5 }, resample);
    const old = { x: room, y: room, width: document.width, height: document.height };
    return setSelection(larger, invertMask(maskFromRect(width, height, old)));
  });
  if (extended) current.fit();
  create.mode = 'edit';
  create.target = 'picture';
  if (studio.create === create) studio.focusPrompt();
}

/** Goes to another state of a document; the view follows where that is of another size. */
export function inFrame(open: OpenDocument, go: () => void): void {
  const before = open.editor.document;
  go();
  const after = open.editor.document;
  if (before?.width !== after?.width || before?.height !== after?.height) open.reframed(IDENTITY);
}
