/** Files as `torch.save` writes them, and files that only look like it. */
import { crc32 } from 'node:zlib';

/** One tensor to save. */
export interface SavedTensor {
  readonly shape: readonly number[];
  readonly values: readonly number[];
  /** Default: rows first. */
  readonly stride?: readonly number[];
}

/** Entries of a zip archive by name. */
export type ZipContent = Readonly<Record<string, Uint8Array>>;

/** Fields of an entry's directory record to lie about. */
export interface ZipLies {
  readonly method?: number;
  readonly size?: number;
  readonly offset?: number;
}

/** A pickle, opcode by opcode. */
export class Pickle {
  readonly #parts: Uint8Array[] = [];

  constructor() {
    this.raw(0x80, 2);
  }

  raw(...bytes: number[]): this {
    this.#parts.push(Uint8Array.from(bytes));
    return this;
  }

  text(text: string): this {
    const bytes = Buffer.from(text);
    const length = Buffer.alloc(4);
    length.writeUInt32LE(bytes.length);
    this.#parts.push(Buffer.from('X'), length, bytes);
    return this;
  }

  int(value: number): this {
    const bytes = Buffer.alloc(4);
    bytes.writeInt32LE(value);
    this.#parts.push(Buffer.from('J'), bytes);
    return this;
  }

  /** GLOBAL. */
  name(module: string, name: string): this {
    this.#parts.push(Buffer.from(`c${module}\n${name}\n`));
    return this;
  }

  /** MARK, items, TUPLE. */
  tuple(items: (pickle: this) => unknown): this {
    this.raw(0x28);
    items(this);
    return this.raw(0x74);
  }

  tensor(key: string, { shape, values, stride }: SavedTensor): this {
    const steps =
      stride ?? shape.map((_, axis) => shape.slice(axis + 1).reduce((a, b) => a * b, 1));
    return this.name('torch._utils', '_rebuild_tensor_v2')
      .tuple(() => {
        this.tuple(() => {
          this.text('storage')
            .name('torch', 'FloatStorage')
            .text(key)
            .text('cpu')
            .int(values.length);
        }).raw(0x51);
        this.int(0);
        this.tuple(() => {
          shape.forEach((size) => this.int(size));
        });
        this.tuple(() => {
          steps.forEach((size) => this.int(size));
        });
        this.raw(0x89).name('collections', 'OrderedDict').raw(0x29, 0x52);
      })
      .raw(0x52);
  }

  /** EMPTY_DICT, MARK, items, SETITEMS. */
  dict(items: (pickle: this) => unknown): this {
    this.raw(0x7d, 0x28);
    items(this);
    return this.raw(0x75);
  }

  /** All bytes, with STOP. */
  done(): Uint8Array {
    return Buffer.concat([...this.#parts, Buffer.from('.')]);
  }
}

/** A saved state dict. */
export function torchFile(tensors: Readonly<Record<string, SavedTensor>>): Uint8Array {
  const pickle = new Pickle().dict((into) => {
    Object.entries(tensors).forEach(([name, tensor], index) => {
      into.text(name).tensor(String(index), tensor);
    });
  });
  return zip(archive(pickle.done(), tensors));
}

/** Entries of an archive with a pickle of one's own. */
export function archive(
  pickle: Uint8Array,
  tensors: Readonly<Record<string, SavedTensor>> = {},
): ZipContent {
  const data = Object.values(tensors).map(({ values }, index): [string, Uint8Array] => [
    `archive/data/${index}`,
    new Uint8Array(Float32Array.from(values).buffer),
  ]);
  return {
    'archive/data.pkl': pickle,
    'archive/byteorder': Buffer.from('little'),
    ...Object.fromEntries(data),
    'archive/version': Buffer.from('3\n'),
  };
}

/** A zip archive without compression. */
export function zip(
  content: ZipContent,
  lies: Readonly<Record<string, ZipLies>> = {},
): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let offset = 0;
  for (const [name, bytes] of Object.entries(content)) {
    const lie = lies[name] ?? {};
    const title = Buffer.from(name);
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt32LE(crc32(bytes), 14);
    local.writeUInt32LE(bytes.length, 18);
    local.writeUInt32LE(bytes.length, 22);
    local.writeUInt16LE(title.length, 26);
    const central = Buffer.alloc(46);
    central.writeUInt32LE(0x02014b50, 0);
    central.writeUInt16LE(lie.method ?? 0, 10);
    central.writeUInt32LE(bytes.length, 20);
    central.writeUInt32LE(lie.size ?? bytes.length, 24);
    central.writeUInt16LE(title.length, 28);
    central.writeUInt32LE(lie.offset ?? offset, 42);
    parts.push(local, title, bytes);
    directory.push(central, title);
    offset += 30 + title.length + bytes.length;
  }
  const size = directory.reduce((sum, { length }) => sum + length, 0);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(Object.keys(content).length, 8);
  end.writeUInt16LE(Object.keys(content).length, 10);
  end.writeUInt32LE(size, 12);
  end.writeUInt32LE(offset, 16);
  return Uint8Array.from(Buffer.concat([...parts, ...directory, end]));
}
