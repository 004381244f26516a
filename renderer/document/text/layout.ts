/** Texts as lines: where they break, how much room they take, and where a point lies in them. */
import type { Point, Rect, TextLayer } from '../types.js';

/** How wide a text of one line is, in pixels. */
export type Measure = (text: string) => number;

/** What of a text stands in one line. */
export interface TextLine {
  /** Index of its first character in the text. */
  readonly start: number;
  /** With spaces at its end, without the line feed. */
  readonly text: string;
}

/** How far a font reaches above and below its baseline, in pixels. */
export interface FontReach {
  readonly ascent: number;
  readonly descent: number;
}

/** What of a text layer decides where its characters stand. */
export type TextFlow = Pick<TextLayer, 'text' | 'align' | 'boxWidth' | 'fontSize' | 'lineHeight'>;

/** Characters between which lines may break, and what must not begin a line. */
const WIDE = '\\u2e80-\\u2fff\\u3040-\\u9fff\\uac00-\\ud7af\\uf900-\\ufaff\\uff01-\\uff60';
const CLOSING =
  '\\u3001\\u3002\\u300d\\u300f\\u3011\\u30fc\\uff01\\uff09\\uff0c\\uff0e\\uff1a\\uff1b\\uff1f';
/** Spaces; a wide character; a word, up to and with its hyphens or dashes. */
const PIECES = new RegExp(
  `\\s+|[${WIDE}][${CLOSING}]*|[^\\s${WIDE}\\-\\u2010\\u2013\\u2014]*[\\-\\u2010\\u2013\\u2014]+|[^\\s${WIDE}\\-\\u2010\\u2013\\u2014]+`,
  'gu',
);

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** Characters as people count them, each with its index. */
function charactersOf(text: string): { readonly index: number; readonly segment: string }[] {
  return [...graphemes.segment(text)];
}

/**
 * The lines of a text. In a box they are broken after spaces and hyphens and between wide
 * characters, as browsers do; spaces hang over its edge, and words longer than it are broken.
 */
export function breakLines(text: string, boxWidth: number | null, measure: Measure): TextLine[] {
  const lines: TextLine[] = [];
  let start = 0;
  for (const paragraph of text.split('\n')) {
    if (boxWidth === null) lines.push({ start, text: paragraph });
    else lines.push(...wrap(paragraph, start, boxWidth, measure));
    start += paragraph.length + 1;
  }
  return lines;
}

function wrap(paragraph: string, start: number, width: number, measure: Measure): TextLine[] {
  const lines: TextLine[] = [];
  let begin = start;
  let line = '';
  const end = (): void => {
    lines.push({ start: begin, text: line });
    begin += line.length;
    line = '';
  };
  const add = (piece: string): void => {
    if (piece.trim() === '' || measure(line + piece) <= width) line += piece;
    else if (line !== '') {
      end();
      add(piece);
    } else {
      for (const { segment } of charactersOf(piece)) {
        if (line !== '' && measure(line + segment) > width) end();
        line += segment;
      }
    }
  };
  for (const [piece] of paragraph.matchAll(PIECES)) add(piece);
  end();
  return lines;
}

/** A text whose lines are known. */
export interface TextLayout {
  readonly lines: readonly TextLine[];
  /** From one baseline to the next. */
  readonly step: number;
  /** Around all lines, about the origin: the start, middle or end of the first baseline. */
  readonly box: Rect;
}

/** Where the lines of a text stand, before its transform. */
export function layOut(flow: TextFlow, measure: Measure, reach: FontReach): TextLayout {
  const { text, align, boxWidth, fontSize, lineHeight } = flow;
  const lines = breakLines(text, boxWidth, measure);
  const step = fontSize * lineHeight;
  const width = boxWidth ?? Math.max(0, ...lines.map((line) => measure(line.text)));
  const x = boxWidth === null ? 0 - width * SHARE[align] : 0;
  // Each line stands in the middle of its height, as in a browser.
  const y = 0 - reach.ascent - (step - reach.ascent - reach.descent) / 2;
  return { lines, step, box: { x, y, width, height: step * lines.length } };
}

const SHARE = { left: 0, center: 0.5, right: 1 } as const;

/** Where lines are held: their start, middle or end, by how they are aligned. */
export function anchorOf({ align, boxWidth }: Pick<TextFlow, 'align' | 'boxWidth'>): number {
  return (boxWidth ?? 0) * SHARE[align];
}

/** What is drawn of a line: spaces that hang over the edge move nothing. */
export function inkOf({ text }: TextLine, boxWidth: number | null): string {
  return boxWidth === null ? text : text.trimEnd();
}

/** Whether a point, before the transform, lies on the lines or within some pixels of them. */
export function hitsText({ box }: TextLayout, { x, y }: Point, margin: number): boolean {
  const { x: left, y: top, width, height } = box;
  return (
    x >= left - margin &&
    x <= left + width + margin &&
    y >= top - margin &&
    y <= top + height + margin
  );
}

/** The index in the text before which a caret stands that is set at a point. */
export function caretAt(
  { lines, step, box }: TextLayout,
  flow: Pick<TextFlow, 'align' | 'boxWidth'>,
  { x, y }: Point,
  measure: Measure,
): number {
  const row = Math.min(lines.length - 1, Math.max(0, Math.floor((y - box.y) / step)));
  const line = lines[row];
  if (!line) return 0;
  const ink = inkOf(line, flow.boxWidth);
  const left = anchorOf(flow) - measure(ink) * SHARE[flow.align];
  let best = { index: 0, far: Math.abs(x - left) };
  for (const { index, segment } of charactersOf(ink)) {
    const after = index + segment.length;
    const far = Math.abs(x - left - measure(ink.slice(0, after)));
    if (far < best.far) best = { index: after, far };
  }
  return line.start + best.index;
}
