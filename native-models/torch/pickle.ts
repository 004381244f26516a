/**
 * Reads the pickle of `torch.save` as data. A pickle is a program for a stack machine that can call
 * any function of Python's; this machine knows only what saving a table of tensors needs, and has
 * nothing to call. Every other opcode and every other name is refused by its name.
 */
import { brokenTorch, unsafeTorch } from './errors.js';
import { isKind } from './values.js';
import type {
  TorchDict,
  TorchName,
  TorchStorage,
  TorchTensor,
  TorchType,
  TorchValue,
} from './values.js';

const ORDERED_DICT = 'collections.OrderedDict';
/** A table whose keys are attributes too: the published tokenizer of images has its arguments in some. */
const ATTRIBUTE_DICT = 'easydict.EasyDict';
const REBUILD_TENSOR = 'torch._utils._rebuild_tensor_v2';
const STORAGES: ReadonlyMap<string, TorchType> = new Map([
  ['torch.DoubleStorage', 'F64'],
  ['torch.FloatStorage', 'F32'],
  ['torch.HalfStorage', 'F16'],
  ['torch.BFloat16Storage', 'BF16'],
  ['torch.LongStorage', 'I64'],
  ['torch.IntStorage', 'I32'],
  ['torch.ShortStorage', 'I16'],
  ['torch.CharStorage', 'I8'],
  ['torch.ByteStorage', 'U8'],
  ['torch.BoolStorage', 'BOOL'],
]);

/** Names of opcodes that are refused, for messages; the rest are given as numbers. */
const REFUSED: ReadonlyMap<number, string> = new Map([
  [0x30, 'POP'],
  [0x31, 'POP_MARK'],
  [0x32, 'DUP'],
  [0x46, 'FLOAT'],
  [0x49, 'INT'],
  [0x4c, 'LONG'],
  [0x50, 'PERSID'],
  [0x53, 'STRING'],
  [0x54, 'BINSTRING'],
  [0x55, 'SHORT_BINSTRING'],
  [0x56, 'UNICODE'],
  [0x69, 'INST'],
  [0x6f, 'OBJ'],
  [0x82, 'EXT1'],
  [0x83, 'EXT2'],
  [0x84, 'EXT4'],
  [0x8c, 'SHORT_BINUNICODE'],
  [0x8f, 'EMPTY_SET'],
  [0x91, 'FROZENSET'],
  [0x92, 'NEWOBJ_EX'],
  [0x93, 'STACK_GLOBAL'],
  [0x94, 'MEMOIZE'],
  [0x95, 'FRAME'],
]);

const PROTOCOL = 2;
const MAX_STRING_BYTES = 2 ** 20;
const MAX_NAME_BYTES = 256;
const MAX_DIMENSIONS = 16;
/** Marks that are open at once: one for each table, list or call that another is in. */
const MAX_MARKS = 1000;
const NEWLINE = 0x0a;

/**
 * Reads a whole pickle of protocol 2, the one PyTorch writes.
 * @param path of the file it is from, for messages
 * @throws NativaError UNSAFE_WEIGHTS naming what is not allowed, BAD_WEIGHTS where it is damaged
 */
export function readPickle(bytes: Uint8Array, path: string): TorchValue {
  return new Machine(bytes, path).run();
}

class Machine {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #path: string;
  readonly #memo = new Map<number, TorchValue>();
  #stack: TorchValue[] = [];
  /** Stacks below the marks that are open. */
  readonly #marks: TorchValue[][] = [];
  #at = 0;

  constructor(bytes: Uint8Array, path: string) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#path = path;
  }

  run(): TorchValue {
    for (;;) {
      const opcode = this.#bytes[this.#take(1)] ?? 0;
      if (opcode === 0x2e) break;
      const known = this.#constant(opcode) || this.#structure(opcode) || this.#reference(opcode);
      if (!known) {
        const name = REFUSED.get(opcode) ?? `0x${opcode.toString(16).padStart(2, '0')}`;
        throw unsafeTorch(this.#path, `its pickle has the opcode ${name}`);
      }
    }
    const value = this.#pop();
    if (this.#stack.length > 0 || this.#marks.length > 0) throw this.#broken();
    return value;
  }

  /** Opcodes that push a plain value. */
  #constant(opcode: number): boolean {
    switch (opcode) {
      case 0x4e: // NONE
        return this.#push(null);
      case 0x88: // NEWTRUE
        return this.#push(true);
      case 0x89: // NEWFALSE
        return this.#push(false);
      case 0x4a: // BININT
        return this.#push(this.#view.getInt32(this.#take(4), true));
      case 0x4b: // BININT1
        return this.#push(this.#view.getUint8(this.#take(1)));
      case 0x4d: // BININT2
        return this.#push(this.#view.getUint16(this.#take(2), true));
      case 0x8a: // LONG1
        return this.#push(this.#long());
      case 0x47: // BINFLOAT
        return this.#push(this.#view.getFloat64(this.#take(8)));
      case 0x58: // BINUNICODE
        return this.#push(this.#string());
      case 0x7d: // EMPTY_DICT
        return this.#push({ kind: 'dict', entries: new Map() });
      case 0x5d: // EMPTY_LIST
        return this.#push({ kind: 'list', items: [] });
      case 0x29: // EMPTY_TUPLE
        return this.#push({ kind: 'tuple', items: [] });
      default:
        return false;
    }
  }

  /** Opcodes that put values together. */
  #structure(opcode: number): boolean {
    switch (opcode) {
      case 0x28: // MARK
        if (this.#marks.length === MAX_MARKS) throw this.#broken();
        this.#marks.push(this.#stack);
        this.#stack = [];
        return true;
      case 0x74: // TUPLE
        return this.#push({ kind: 'tuple', items: this.#popMark() });
      case 0x85: // TUPLE1
      case 0x86: // TUPLE2
      case 0x87: // TUPLE3
        return this.#push({ kind: 'tuple', items: this.#popMany(opcode - 0x84) });
      case 0x73: // SETITEM
        return this.#setItems(this.#popMany(2));
      case 0x75: // SETITEMS
        return this.#setItems(this.#popMark());
      case 0x61: // APPEND
        return this.#append(this.#popMany(1));
      case 0x65: // APPENDS
        return this.#append(this.#popMark());
      default:
        return false;
    }
  }

  /** Opcodes that name, remember and rebuild. */
  #reference(opcode: number): boolean {
    switch (opcode) {
      case 0x80: // PROTO
        return this.#protocol();
      case 0x63: // GLOBAL
        return this.#push(this.#name());
      case 0x52: // REDUCE
        return this.#push(this.#rebuild());
      case 0x81: // NEWOBJ
        return this.#push(this.#attributeTable());
      case 0x62: // BUILD
        return this.#build();
      case 0x51: // BINPERSID
        return this.#push(this.#storage());
      case 0x71: // BINPUT
        return this.#put(this.#view.getUint8(this.#take(1)));
      case 0x72: // LONG_BINPUT
        return this.#put(this.#view.getUint32(this.#take(4), true));
      case 0x68: // BINGET
        return this.#get(this.#view.getUint8(this.#take(1)));
      case 0x6a: // LONG_BINGET
        return this.#get(this.#view.getUint32(this.#take(4), true));
      default:
        return false;
    }
  }

  #protocol(): true {
    const version = this.#view.getUint8(this.#take(1));
    if (version === PROTOCOL) return true;
    throw unsafeTorch(this.#path, `its pickle is of protocol ${version}, PyTorch's is ${PROTOCOL}`);
  }

  #name(): TorchName {
    const name = `${this.#line()}.${this.#line()}`;
    const isTable = name === ORDERED_DICT || name === ATTRIBUTE_DICT;
    if (isTable || name === REBUILD_TENSOR || STORAGES.has(name)) return { kind: 'name', name };
    throw unsafeTorch(this.#path, `its pickle names ${JSON.stringify(name)}`);
  }

  /** An empty ordered table, or a tensor: the two things that are "called". */
  #rebuild(): TorchValue {
    const [callee, given] = this.#popMany(2);
    const items = isKind(given, 'tuple') ? given.items : undefined;
    if (items === undefined || !isKind(callee, 'name')) {
      throw unsafeTorch(this.#path, 'its pickle calls what is no function');
    }
    if (callee.name === ORDERED_DICT && items.length === 0) {
      return { kind: 'dict', entries: new Map() };
    }
    if (callee.name === REBUILD_TENSOR) return this.#tensor(items);
    throw unsafeTorch(this.#path, `its pickle calls ${callee.name} with values`);
  }

  /** The one class that may be made: an empty table, which is filled like any other. */
  #attributeTable(): TorchDict {
    const [made, given] = this.#popMany(2);
    const empty = isKind(given, 'tuple') && given.items.length === 0;
    if (!empty || !isKind(made, 'name') || made.name !== ATTRIBUTE_DICT) {
      throw unsafeTorch(this.#path, 'its pickle makes an object that is no table (opcode NEWOBJ)');
    }
    return { kind: 'dict', entries: new Map() };
  }

  #tensor(items: readonly TorchValue[]): TorchTensor {
    const [storage, offset, shape, stride] = items;
    const sizes = this.#sizes(shape);
    const steps = this.#sizes(stride);
    if (!isKind(storage, 'storage') || !isSize(offset) || sizes.length !== steps.length) {
      throw this.#broken();
    }
    return { kind: 'tensor', storage, offset, shape: sizes, stride: steps };
  }

  /** `('storage', type, key, device, length)`. */
  #storage(): TorchStorage {
    const id = this.#pop();
    const [tag, type, key, , length] = isKind(id, 'tuple') ? id.items : [];
    const name = isKind(type, 'name') ? type.name : '';
    const element = STORAGES.get(name);
    if (tag !== 'storage' || element === undefined || typeof key !== 'string' || !isSize(length)) {
      throw unsafeTorch(this.#path, 'its pickle refers to something that is no storage');
    }
    return { kind: 'storage', type: element, key, length };
  }

  /** Attributes of a table (`_metadata` of a state dict) say nothing about tensors: dropped. */
  #build(): true {
    const [target] = this.#popMany(2);
    if (!isKind(target, 'dict')) {
      throw unsafeTorch(this.#path, 'its pickle sets the state of something that is no table');
    }
    return this.#push(target);
  }

  #setItems(items: readonly TorchValue[]): true {
    const target = this.#pop();
    if (!isKind(target, 'dict') || items.length % 2 !== 0) throw this.#broken();
    for (let index = 0; index < items.length; index += 2) {
      const key = items[index];
      if (typeof key !== 'string' && typeof key !== 'number') throw this.#broken();
      target.entries.set(key, items[index + 1] ?? null);
    }
    return this.#push(target);
  }

  #append(items: readonly TorchValue[]): true {
    const target = this.#pop();
    if (!isKind(target, 'list')) throw this.#broken();
    for (const item of items) target.items.push(item);
    return this.#push(target);
  }

  #put(index: number): true {
    const value = this.#stack.at(-1);
    if (value === undefined) throw this.#broken();
    this.#memo.set(index, value);
    return true;
  }

  #get(index: number): true {
    const value = this.#memo.get(index);
    if (value === undefined) throw this.#broken();
    return this.#push(value);
  }

  #sizes(value: TorchValue | undefined): number[] {
    if (!isKind(value, 'tuple') || value.items.length > MAX_DIMENSIONS) throw this.#broken();
    return value.items.map((size) => {
      if (!isSize(size)) throw this.#broken();
      return size;
    });
  }

  #long(): number {
    const length = this.#view.getUint8(this.#take(1));
    if (length > 8) throw brokenTorch(this.#path, 'it has a number without measure');
    const start = this.#take(length);
    let value = 0n;
    for (let index = length - 1; index >= 0; index -= 1) {
      value = (value << 8n) | BigInt(this.#bytes[start + index] ?? 0);
    }
    const signed = Number(BigInt.asIntN(length * 8, value));
    if (!Number.isSafeInteger(signed)) throw brokenTorch(this.#path, 'it has a number too large');
    return signed;
  }

  #string(): string {
    const length = this.#view.getUint32(this.#take(4), true);
    if (length > MAX_STRING_BYTES) throw brokenTorch(this.#path, 'it has a text too long');
    return this.#decode(this.#take(length), length);
  }

  #line(): string {
    const start = this.#at;
    const end = this.#bytes.indexOf(NEWLINE, start);
    if (end < 0 || end - start > MAX_NAME_BYTES) throw this.#broken();
    this.#at = end + 1;
    return this.#decode(start, end - start);
  }

  #decode(start: number, length: number): string {
    try {
      const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
      return text.decode(this.#bytes.subarray(start, start + length));
    } catch {
      throw this.#broken();
    }
  }

  /** Moves on by `length` bytes and returns where they begin. */
  #take(length: number): number {
    const start = this.#at;
    if (start + length > this.#bytes.length) {
      throw brokenTorch(this.#path, 'its pickle ends too early');
    }
    this.#at = start + length;
    return start;
  }

  #push(value: TorchValue): true {
    this.#stack.push(value);
    return true;
  }

  #pop(): TorchValue {
    const value = this.#stack.pop();
    if (value === undefined) throw this.#broken();
    return value;
  }

  #popMany(count: number): TorchValue[] {
    if (this.#stack.length < count) throw this.#broken();
    return this.#stack.splice(this.#stack.length - count);
  }

  #popMark(): TorchValue[] {
    const below = this.#marks.pop();
    if (below === undefined) throw this.#broken();
    const items = this.#stack;
    this.#stack = below;
    return items;
  }

  #broken(): Error {
    return brokenTorch(this.#path, 'its pickle is damaged');
  }
}

function isSize(value: TorchValue | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
