/**
 * The part of ONNX's protobuf schema (onnx.proto3) that the graph builders need, as plain types and
 * one encoder. Field numbers are those of the schema.
 */
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';

import type { Dimension, ElementType, IoSpec } from '../types.js';

/** `TensorProto.DataType`. */
export const DATA_TYPES: Readonly<Record<ElementType, number>> = Object.freeze({
  float32: 1,
  uint8: 2,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
  bfloat16: 16,
});

/** A real number attribute; a bare number is an integer one. */
export interface FloatAttribute {
  readonly float: number;
}

/** Value of a node's attribute. Bare numbers must be integers: ONNX tells 1 from 1.0. */
export type AttributeValue = number | string | FloatAttribute | readonly number[];

/** Attributes of a node; `undefined` leaves one out. */
export type Attributes = Readonly<Record<string, AttributeValue | undefined>>;

/** One operator call. An empty input name is an optional input left out. */
export interface NodeProto {
  readonly op: string;
  readonly domain: string;
  readonly name: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Attributes;
}

/** Bytes of an initializer: in the graph itself, or at an offset of another file. */
export type InitializerData =
  | { readonly raw: Uint8Array }
  | { readonly file: string; readonly offset: number; readonly length: number };

/** A constant tensor of a graph. */
export interface TensorProto {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: readonly number[];
  readonly data: InitializerData;
}

/** A whole graph with its operator sets (domain to version). */
export interface ModelProto {
  readonly name: string;
  readonly producer: string;
  readonly opsets: ReadonlyMap<string, number>;
  readonly nodes: readonly NodeProto[];
  readonly initializers: readonly TensorProto[];
  readonly inputs: readonly IoSpec[];
  readonly outputs: readonly IoSpec[];
}

/** Marks an attribute as a real number. */
export function float(value: number): FloatAttribute {
  return { float: value };
}

const IR_VERSION = 10;
const EXTERNAL = 1;
const ATTRIBUTE_TYPES = { float: 1, int: 2, string: 3, ints: 7 } as const;

type Encode = (writer: BinaryWriter) => void;

/** Writes a nested message as field `field`. */
function message(writer: BinaryWriter, field: number, encode: Encode): void {
  writer.tag(field, WireType.LengthDelimited).fork();
  encode(writer);
  writer.join();
}

function text(writer: BinaryWriter, field: number, value: string): void {
  writer.tag(field, WireType.LengthDelimited).string(value);
}

function integer(writer: BinaryWriter, field: number, value: number): void {
  writer.tag(field, WireType.Varint).int64(value);
}

function encodeAttribute(writer: BinaryWriter, name: string, value: AttributeValue): void {
  text(writer, 1, name);
  if (typeof value === 'number') {
    if (!Number.isSafeInteger(value)) throw new TypeError(`attribute ${name} is not an integer`);
    integer(writer, 3, value);
    integer(writer, 20, ATTRIBUTE_TYPES.int);
  } else if (typeof value === 'string') {
    text(writer, 4, value);
    integer(writer, 20, ATTRIBUTE_TYPES.string);
  } else if ('float' in value) {
    writer.tag(2, WireType.Bit32).float(value.float);
    integer(writer, 20, ATTRIBUTE_TYPES.float);
  } else {
    for (const item of value) integer(writer, 8, item);
    integer(writer, 20, ATTRIBUTE_TYPES.ints);
  }
}

function encodeNode(writer: BinaryWriter, node: NodeProto): void {
  for (const name of node.inputs) text(writer, 1, name);
  for (const name of node.outputs) text(writer, 2, name);
  text(writer, 3, node.name);
  text(writer, 4, node.op);
  for (const [name, value] of Object.entries(node.attributes)) {
    if (value !== undefined)
      message(writer, 5, (inner) => {
        encodeAttribute(inner, name, value);
      });
  }
  if (node.domain !== '') text(writer, 7, node.domain);
}

function encodeTensor(writer: BinaryWriter, tensor: TensorProto): void {
  for (const size of tensor.shape) integer(writer, 1, size);
  integer(writer, 2, DATA_TYPES[tensor.type]);
  text(writer, 8, tensor.name);
  const { data } = tensor;
  if ('raw' in data) {
    writer.tag(9, WireType.LengthDelimited).bytes(data.raw);
    return;
  }
  const entries = { location: data.file, offset: `${data.offset}`, length: `${data.length}` };
  for (const [key, value] of Object.entries(entries)) {
    message(writer, 13, (entry) => {
      text(entry, 1, key);
      text(entry, 2, value);
    });
  }
  integer(writer, 14, EXTERNAL);
}

function encodeDimension(writer: BinaryWriter, dimension: Dimension): void {
  if (typeof dimension === 'number') integer(writer, 1, dimension);
  else text(writer, 2, dimension);
}

function encodeValueInfo(writer: BinaryWriter, spec: IoSpec): void {
  text(writer, 1, spec.name);
  message(writer, 2, (type) => {
    message(type, 1, (tensor) => {
      integer(tensor, 1, DATA_TYPES[spec.type]);
      message(tensor, 2, (shape) => {
        for (const size of spec.shape)
          message(shape, 1, (dim) => {
            encodeDimension(dim, size);
          });
      });
    });
  });
}

function encodeGraph(writer: BinaryWriter, model: ModelProto): void {
  for (const node of model.nodes)
    message(writer, 1, (inner) => {
      encodeNode(inner, node);
    });
  text(writer, 2, model.name);
  for (const item of model.initializers)
    message(writer, 5, (inner) => {
      encodeTensor(inner, item);
    });
  for (const spec of model.inputs)
    message(writer, 11, (inner) => {
      encodeValueInfo(inner, spec);
    });
  for (const spec of model.outputs)
    message(writer, 12, (inner) => {
      encodeValueInfo(inner, spec);
    });
}

/** Encodes a graph as the bytes of an `.onnx` file. */
export function encodeModel(model: ModelProto): Uint8Array<ArrayBuffer> {
  const writer = new BinaryWriter();
  integer(writer, 1, IR_VERSION);
  text(writer, 2, model.producer);
  message(writer, 7, (graph) => {
    encodeGraph(graph, model);
  });
  for (const [domain, version] of model.opsets) {
    message(writer, 8, (opset) => {
      text(opset, 1, domain);
      integer(opset, 2, version);
    });
  }
  return writer.finish();
}
