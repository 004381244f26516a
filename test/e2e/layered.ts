/** A small Photoshop file as another program would have written it. */
import { initializeCanvas, readPsd, writePsdUint8Array, type BlendMode, type Psd } from 'ag-psd';

export const PSD_SIZE = { width: 200, height: 150 } as const;

type Colour = readonly [number, number, number, number];

const picture = (width: number, height: number, colour: (x: number, y: number) => Colour) => {
  const data = new Uint8Array(width * height * 4);
  for (let i = 0; i < width * height; i++) {
    data.set(colour(i % width, Math.floor(i / width)), i * 4);
  }
  return { width, height, data };
};

/** Lowest of all, opaque: a colour for each place, soft as photos are. */
export const ground = (x: number, y: number): Colour => [
  40 + x,
  60 + y,
  Math.round(140 + 60 * Math.sin(x / 25) * Math.cos(y / 20)),
  255,
];

/** Flat layers over it, lowest first: where they lie, and how they are laid. */
export const PATCHES = [
  patch('Sombra ñ 影', { left: 20, top: 30, opacity: 1, blendMode: 'multiply' }, [200, 120, 90]),
  patch('Glow', { left: 110, top: 15, opacity: 0.6, blendMode: 'screen' }, [90, 140, 220]),
  patch('Plain', { left: 70, top: 75, opacity: 0.4, blendMode: 'normal' }, [250, 240, 20]),
] as const;

/** Side of each of the flat layers. */
export const PATCH = 60;

function patch(
  name: string,
  look: {
    readonly left: number;
    readonly top: number;
    readonly opacity: number;
    readonly blendMode: BlendMode;
  },
  colour: readonly [number, number, number],
) {
  return { name, ...look, colour };
}

/** A Photoshop file as its parser reads it, pixels as bytes. */
export function parsePsd(bytes: Uint8Array): Psd {
  initializeCanvas(
    () => {
      throw new TypeError('there is no canvas here');
    },
    (width, height) => ({
      width,
      height,
      data: new Uint8ClampedArray(width * height * 4),
      colorSpace: 'srgb',
    }),
  );
  return readPsd(bytes, { useImageData: true });
}

/** A ground, three flat layers in three blend modes, the topmost in a group. */
export function layeredPsd(): Uint8Array {
  const { width, height } = PSD_SIZE;
  const [shade, glow, plain] = PATCHES.map(({ colour, ...layer }) => ({
    ...layer,
    imageData: picture(PATCH, PATCH, () => [...colour, 255]),
  }));
  const imageData = picture(width, height, ground);
  const bottom = { name: 'Ground', left: 0, top: 0, imageData };
  const group = { name: 'Lights', opened: true, children: plain ? [plain] : [] };
  const under = [shade, glow].filter((layer) => layer !== undefined);
  return writePsdUint8Array(
    { width, height, imageData, children: [bottom, ...under, group] },
    { noBackground: true },
  );
}
