/**
 * Pictures in tiles that overlap, so that a run of the autoencoder takes no more memory than a tile.
 * A tile knows nothing of what lies beyond it, so the outermost part of what it makes beside
 * another tile is left out, and over the rest of the overlap one tile fades into the next.
 */

/** Some planes of numbers, [channels, height, width]. */
export interface Planes {
  readonly data: Float32Array<ArrayBuffer>;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
}

/** How a picture is cut; in positions of the latents. */
export interface Tiling {
  /** Side of a tile. */
  readonly side: number;
  /** How far two tiles overlap. */
  readonly overlap: number;
  /** How much of the overlap each of the two leaves to the other. */
  readonly trim: number;
}

/** Tiles are no smaller than this: seams of smaller ones could be seen. */
const SMALLEST = 16;
/** Sides are a multiple of this. */
const MULTIPLE = 4;
/** Beyond this a wider overlap changes nothing that can be seen. */
const WIDEST = { overlap: 12, trim: 4 };

/**
 * How a picture is cut; undefined where it need not be.
 * @param positions its size in the latents
 * @param compression pixels along the side of a position
 * @param room pixels that a run may take
 */
export function tilingFor(
  { height, width }: { readonly height: number; readonly width: number },
  compression: number,
  room: number,
): Tiling | undefined {
  if (height * width * compression ** 2 <= room) return undefined;
  const largest = Math.sqrt(room) / compression;
  const side = Math.max(SMALLEST, Math.floor(largest / MULTIPLE) * MULTIPLE);
  if (side >= height && side >= width) return undefined;
  const overlap = Math.min(WIDEST.overlap, side / 2);
  return { side, overlap, trim: Math.min(WIDEST.trim, Math.floor(overlap / 3)) };
}

/** What goes in and comes out, in values for each position of the latents. */
export interface TileScales {
  readonly input: number;
  readonly output: number;
}

/** Where tiles begin along one axis; the last one ends where the picture does. */
export function tileStarts(size: number, { side, overlap }: Tiling): number[] {
  if (size <= side) return [0];
  const count = Math.ceil((size - overlap) / (side - overlap));
  const last = size - side;
  return Array.from({ length: count }, (_, index) => Math.round((last * index) / (count - 1)));
}

/**
 * How much each value along one axis of a tile counts beside its neighbours'.
 * @param scale values for each position
 * @param edges whether the tile lies at the picture's beginning and end
 */
export function tileWeights(
  length: number,
  { overlap, trim }: Tiling,
  scale: number,
  edges: { readonly first: boolean; readonly last: boolean },
): Float32Array {
  const fade = (overlap - 2 * trim) * scale;
  const ramp = (distance: number): number =>
    Math.min(1, Math.max(0, (distance + 0.5 - trim * scale) / fade));
  const values = length * scale;
  return Float32Array.from({ length: values }, (_, index) => {
    const before = edges.first ? 1 : ramp(index);
    const after = edges.last ? 1 : ramp(values - 1 - index);
    return Math.min(before, after);
  });
}

/** One axis of one tile. */
interface Span {
  readonly start: number;
  readonly length: number;
  readonly weights: Float32Array;
}

function spansOf(size: number, tiling: Tiling, scale: number): Span[] {
  const length = Math.min(size, tiling.side);
  return tileStarts(size, tiling).map((start) => {
    const edges = { first: start === 0, last: start + length === size };
    return { start, length, weights: tileWeights(length, tiling, scale, edges) };
  });
}

/** What all tiles of one axis count together, at each value. */
function sumOf(spans: readonly Span[], size: number, scale: number): Float32Array {
  const sum = new Float32Array(size * scale);
  for (const { start, weights } of spans) {
    weights.forEach((weight, index) => {
      const at = start * scale + index;
      sum[at] = (sum[at] ?? 0) + weight;
    });
  }
  return sum;
}

/**
 * Runs a network tile by tile.
 * @param input whole, its sizes a multiple of `scales.input`
 * @param run a tile of the input to what the network makes of it
 */
export async function runInTiles(
  input: Planes,
  tiling: Tiling,
  scales: TileScales,
  run: (tile: Planes) => Promise<Planes>,
): Promise<Planes> {
  const positions = { height: input.height / scales.input, width: input.width / scales.input };
  const rows = spansOf(positions.height, tiling, scales.output);
  const columns = spansOf(positions.width, tiling, scales.output);
  const [height, width] = [positions.height * scales.output, positions.width * scales.output];
  const rowSum = sumOf(rows, positions.height, scales.output);
  const columnSum = sumOf(columns, positions.width, scales.output);
  let result: Planes | undefined;
  for (const row of rows) {
    for (const column of columns) {
      const made = await run(cut(input, row, column, scales.input));
      result ??= {
        ...{ channels: made.channels, height, width },
        data: new Float32Array(made.channels * height * width),
      };
      const at = { top: row.start * scales.output, left: column.start * scales.output };
      blend(result, made, at, { row, column, rowSum, columnSum });
    }
  }
  if (result === undefined) throw new RangeError('a picture without positions');
  return result;
}

function cut(input: Planes, row: Span, column: Span, scale: number): Planes {
  const [height, width] = [row.length * scale, column.length * scale];
  const data = new Float32Array(input.channels * height * width);
  for (let plane = 0; plane < input.channels; plane++) {
    for (let y = 0; y < height; y++) {
      const line = plane * input.height + row.start * scale + y;
      const from = line * input.width + column.start * scale;
      data.set(input.data.subarray(from, from + width), (plane * height + y) * width);
    }
  }
  return { data, channels: input.channels, height, width };
}

interface Shares {
  readonly row: Span;
  readonly column: Span;
  readonly rowSum: Float32Array;
  readonly columnSum: Float32Array;
}

/** Adds a tile's share to the whole. */
function blend(
  whole: Planes,
  tile: Planes,
  { top, left }: { readonly top: number; readonly left: number },
  { row, column, rowSum, columnSum }: Shares,
): void {
  for (let plane = 0; plane < tile.channels; plane++) {
    for (let y = 0; y < tile.height; y++) {
      const down = (row.weights[y] ?? 0) / (rowSum[top + y] ?? 1);
      const from = (plane * tile.height + y) * tile.width;
      const to = (plane * whole.height + top + y) * whole.width + left;
      for (let x = 0; x < tile.width; x++) {
        const share = (down * (column.weights[x] ?? 0)) / (columnSum[left + x] ?? 1);
        if (share === 0) continue;
        whole.data[to + x] = (whole.data[to + x] ?? 0) + share * (tile.data[from + x] ?? 0);
      }
    }
  }
}
