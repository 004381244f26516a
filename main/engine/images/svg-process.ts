/**
 * A process of its own that draws one SVG file and ends. Only here is librsvg's door opened: a
 * drawing of a few lines can keep it busy for hours, and no thread can be stopped, but a process
 * can. The drawing arrives as text that has been parsed, checked and written anew by its sender.
 */
import { sharp } from './sharp.js';
import { svgDrawing, type SvgAnswer } from './svg-messages.js';

interface ParentPort {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (event: { readonly data: unknown }) => void): void;
}

sharp.unblock({ operation: ['VipsForeignLoadSvgBuffer'] });

async function draw(message: unknown): Promise<SvgAnswer> {
  try {
    const { svg, maxPixels } = svgDrawing.parse(message);
    const { data, info } = await sharp(Buffer.from(svg), { limitInputPixels: maxPixels })
      .toColourspace('srgb')
      .ensureAlpha()
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    return { ok: true, width: info.width, height: info.height, data: new Uint8Array(data) };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { ok: false, message: message.split('\n')[0] ?? '' };
  }
}

const electron = (process as unknown as { readonly parentPort?: ParentPort }).parentPort;
if (electron === undefined) {
  process.on('message', (message) => {
    void draw(message).then((answer) => process.send?.(answer));
  });
  process.on('disconnect', () => {
    process.exit();
  });
} else {
  electron.on('message', ({ data }) => {
    void draw(data).then((answer) => {
      electron.postMessage(answer);
    });
  });
}
// Ctrl-C goes to every process of a terminal; the owner decides what it means.
process.on('SIGINT', () => undefined);
