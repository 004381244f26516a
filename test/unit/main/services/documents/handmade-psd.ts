/** Photoshop files put together by hand from the format's description, to test against. */

const u16 = (value: number): Buffer => {
  const out = Buffer.alloc(2);
  out.writeUInt16BE(value & 0xffff);
  return out;
};
const u32 = (value: number): Buffer => {
  const out = Buffer.alloc(4);
  out.writeUInt32BE(value >>> 0);
  return out;
};
const section = (...parts: Uint8Array[]): Buffer => {
  const body = Buffer.concat(parts);
  return Buffer.concat([u32(body.length), body]);
};

interface Head {
  readonly width: number;
  readonly height: number;
  readonly depth?: number;
  readonly mode?: number;
  readonly channels?: number;
  readonly version?: number;
}

/** The first 26 bytes. */
export function psdHead({
  width,
  height,
  depth = 8,
  mode = 3,
  channels = 3,
  version = 1,
}: Head): Buffer {
  return Buffer.concat([
    Buffer.from('8BPS'),
    u16(version),
    Buffer.alloc(6),
    u16(channels),
    u32(height),
    u32(width),
    u16(depth),
    u16(mode),
  ]);
}

/** A file without layers, its channels uncompressed. */
export function flatPsd(
  head: Head,
  planes: readonly Uint8Array[],
  resources: Uint8Array = new Uint8Array(0),
): Buffer {
  return Buffer.concat([
    psdHead({ ...head, channels: planes.length }),
    section(),
    section(resources),
    section(),
    u16(0),
    ...planes,
  ]);
}

/** A file of one layer, whose channels 0, 1, 2 are packed as said. */
export function layeredPsd(head: Head, compression: number, planes: readonly Uint8Array[]): Buffer {
  const { width, height } = head;
  const record = Buffer.concat([
    u32(0),
    u32(0),
    u32(height),
    u32(width),
    u16(planes.length),
    ...planes.flatMap((plane, id) => [u16(id), u32(plane.length + 2)]),
    Buffer.from('8BIMnorm'),
    Buffer.from([255, 0, 0, 0]),
    section(section(), section(), Buffer.from('\x05layer\0\0')),
  ]);
  const pixels = planes.flatMap((plane) => [u16(compression), plane]);
  const info = section(u16(1), record, ...pixels);
  const empty = Buffer.alloc(width * height * 3 * Math.max(1, (head.depth ?? 8) / 8));
  return Buffer.concat([
    psdHead(head),
    section(),
    section(),
    section(info, section()),
    u16(0),
    empty,
  ]);
}

/** An image resource. */
export function resource(id: number, data: Uint8Array): Buffer {
  const padded = Buffer.concat([section(data), Buffer.alloc(data.length % 2)]);
  return Buffer.concat([Buffer.from('8BIM'), u16(id), u16(0), padded]);
}
