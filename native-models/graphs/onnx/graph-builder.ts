import { NativaError } from '../../errors.js';
import { ParameterAudit } from '../audit.js';
import type {
  Dimension,
  ElementType,
  GraphModel,
  IoSpec,
  ParameterType,
  StoredBytes,
  TensorMap,
} from '../types.js';
import { DATA_TYPES, encodeModel, float } from './proto.js';
import type { Attributes, NodeProto, TensorProto } from './proto.js';

/** Name of a value in the graph: an input, an initializer or a node's output. */
export type Value = string;

/** Domain of onnxruntime's own operators. */
export const MICROSOFT = 'com.microsoft';

/**
 * Which operators a graph may use. `fused`: onnxruntime's own too (CPU, CUDA). `portable`: only
 * those that the WebGPU and DirectML providers have as well.
 */
export type OperatorSet = 'fused' | 'portable';

/** Type in which linear layers multiply; everything between them is float32. */
export type ProductType = 'float32' | 'float16';

/** How the numbers of a graph are computed. */
export interface ArithmeticOptions {
  /** Default `fused`. */
  readonly operators?: OperatorSet | undefined;
  /** Default `float32`. */
  readonly products?: ProductType | undefined;
}

/** How a graph is built. */
export interface GraphBuilderOptions extends ArithmeticOptions {
  readonly name: string;
  readonly tensors: TensorMap;
}

/** How a node is called. */
export interface NodeOptions {
  /** Operator domain; default the standard one. */
  readonly domain?: string;
  /** How many outputs, or their names (an empty name leaves an optional output out). Default 1. */
  readonly outputs?: number | readonly string[];
  /** Path of the node in the network, for profiles and error messages. Default the operator. */
  readonly name?: string;
}

/** Part of a parameter's rows (its first axis), read without copying. */
export interface RowRange {
  readonly start: number;
  /** First row that is not taken. */
  readonly end: number;
}

const OPSET = 21;
const PARAMETER_TYPES: readonly ParameterType[] = ['F32', 'F16', 'BF16', 'U8'];
const BYTES: Readonly<Record<ParameterType, number>> = { F32: 4, F16: 2, BF16: 2, U8: 1 };
const STORED_TYPES: Readonly<Record<ParameterType, ElementType>> = {
  F32: 'float32',
  F16: 'float16',
  BF16: 'bfloat16',
  U8: 'uint8',
};

/**
 * Writes an ONNX graph node by node. Values are names; every verb returns the name of what it
 * made. Parameters stay where they are: an initializer is a file, an offset and a length, and
 * half-precision ones are cast to float32 in the graph, so that all arithmetic is float32; but for
 * products in float16, if those are asked for.
 */
export class GraphBuilder {
  readonly operators: OperatorSet;
  readonly products: ProductType;
  readonly tensors: TensorMap;
  readonly #name: string;
  readonly #nodes: NodeProto[] = [];
  readonly #initializers = new Map<string, TensorProto>();
  readonly #casts = new Map<Value, Value>();
  readonly #constants = new Map<string, Value>();
  readonly #consumed = new Set<string>();
  readonly #inputs: IoSpec[] = [];
  readonly #outputs: IoSpec[] = [];
  readonly #domains = new Set<string>();
  readonly #uses = new Map<string, number>();
  readonly #onProcessor: string[] = [];
  /** Parameters that rows are looked up in, and those that are computed with. */
  readonly #tables = new Set<string>();
  readonly #computed = new Set<string>();

  constructor(options: GraphBuilderOptions) {
    this.#name = options.name;
    this.tensors = options.tensors;
    this.operators = options.operators ?? 'fused';
    this.products = options.products ?? 'float32';
  }

  /** Declares an input of the graph. */
  input(name: string, type: ElementType, shape: readonly Dimension[]): Value {
    this.#inputs.push({ name, type, shape });
    return name;
  }

  /** Declares `value` as an output under a name of the contract. */
  output(name: string, value: Value, type: ElementType, shape: readonly Dimension[]): void {
    if (value !== name) this.node('Identity', [value], {}, { outputs: [name] });
    this.#outputs.push({ name, type, shape });
  }

  /** Adds a node and returns the names of its outputs, in order. */
  node(
    op: string,
    inputs: readonly (Value | undefined)[],
    attributes: Attributes = {},
    options: NodeOptions = {},
  ): readonly Value[] {
    const name = this.#unique(options.name ?? op);
    const { outputs = 1, domain = '' } = options;
    const names =
      typeof outputs === 'number'
        ? Array.from({ length: outputs }, (_, index) => (index === 0 ? name : `${name}:${index}`))
        : outputs;
    if (domain !== '') this.#domains.add(domain);
    const inputNames = inputs.map((input) => input ?? '');
    while (inputNames.at(-1) === '') inputNames.pop();
    this.#nodes.push({ op, domain, name, inputs: inputNames, outputs: names, attributes });
    return names;
  }

  /** Adds a node with one output and returns that. */
  op(
    op: string,
    inputs: readonly (Value | undefined)[],
    attributes: Attributes = {},
    options: NodeOptions = {},
  ): Value {
    const [output] = this.node(op, inputs, attributes, options);
    if (output === undefined) throw new TypeError(`node ${op} has no output`);
    return output;
  }

  /** Rows of a table [count, size] by their numbers, as float32. */
  lookUp(table: Value, ids: Value, name: string): Value {
    this.#tables.add(table);
    const rows = this.op('Gather', [table, ids], { axis: 0 }, { name });
    this.#onProcessor.push(rows);
    if (this.#initializers.get(table)?.type === 'float32') return rows;
    const cast = this.cast(rows, 'float32', `${name}/float32`);
    this.#onProcessor.push(cast);
    return cast;
  }

  /** Sines and cosines of numbers that may be large, exact wherever the rest is computed. */
  exactWaves(angles: Value): { readonly sin: Value; readonly cos: Value } {
    const [sin, cos] = [this.op('Sin', [angles]), this.op('Cos', [angles])];
    this.#onProcessor.push(sin, cos);
    return { sin, cos };
  }

  /** Whether the checkpoint has this parameter, for parts that a config does not tell of. */
  hasParameter(name: string): boolean {
    return this.tensors.has(name);
  }

  /**
   * Reads a parameter as a number to compute with.
   * @param name official name in the checkpoint
   * @param shape the shape that the config calls for
   * @param rows take only these rows, by offset
   * @param to its type in the graph
   * @throws NativaError MISSING_PARAMETER, CONFIG_WEIGHTS_MISMATCH
   */
  parameter(
    name: string,
    shape: readonly number[],
    rows?: RowRange,
    to: ProductType = 'float32',
  ): Value {
    const stored = this.storedParameter(name, shape, rows);
    this.#computed.add(stored);
    const type = this.#initializers.get(stored)?.type;
    if (type === to) return stored;
    if (type === 'uint8') {
      const message = `Parameter "${name}" is stored as bytes, which no number of the model can be; get the model again.`;
      throw new NativaError('CONFIG_WEIGHTS_MISMATCH', message);
    }
    return this.#castOnce(stored, to);
  }

  /** A float32 value as a factor of a product. */
  factor(x: Value): Value {
    return this.products === 'float32' ? x : this.#castOnce(x, this.products);
  }

  /** What a product made, as float32. */
  product(x: Value): Value {
    return this.products === 'float32' ? x : this.cast(x, 'float32');
  }

  #castOnce(x: Value, to: ElementType): Value {
    const name = `${x}/${to}`;
    const known = this.#casts.get(name);
    if (known !== undefined) return known;
    const value = this.cast(x, to, name);
    this.#casts.set(name, value);
    return value;
  }

  /**
   * Reads a parameter in the type it is stored in: for tables of which a run needs a few rows.
   * @throws NativaError as {@link parameter}
   */
  storedParameter(name: string, shape: readonly number[], rows?: RowRange): Value {
    const key = rows === undefined ? name : `${name}[${rows.start}:${rows.end}]`;
    if (!this.#initializers.has(key)) {
      this.#initializers.set(key, this.#locateParameter(name, key, shape, rows));
      this.#consumed.add(name);
    }
    return key;
  }

  #locateParameter(
    name: string,
    key: string,
    shape: readonly number[],
    rows: RowRange | undefined,
  ): TensorProto {
    const { tensors } = this;
    const location =
      tensors instanceof ParameterAudit ? tensors.want(name, shape) : tensors.get(name);
    if (location === undefined) {
      throw new NativaError(
        'MISSING_PARAMETER',
        `The weights have no parameter "${name}" of shape [${shape.join(', ')}] that the config ` +
          `calls for; check that config and weights belong together and that no file is missing.`,
      );
    }
    if (!sameShape(location.shape, shape)) {
      throw new NativaError(
        'CONFIG_WEIGHTS_MISMATCH',
        `Parameter "${name}" has shape [${location.shape.join(', ')}] in the weights but the ` +
          `config calls for [${shape.join(', ')}]; check that config and weights belong together.`,
      );
    }
    const [rowCount = 1, ...rest] = shape;
    const { start, end } = rows ?? { start: 0, end: rowCount };
    if (start < 0 || end > rowCount || start >= end) {
      throw new NativaError(
        'CONFIG_WEIGHTS_MISMATCH',
        `Rows ${start} to ${end} of parameter "${name}" were asked for, but it has ${rowCount}; ` +
          `check the token ids of the config.`,
      );
    }
    const rowBytes = rest.reduce((size, dim) => size * dim, BYTES[location.dtype]);
    return {
      name: key,
      type: STORED_TYPES[location.dtype],
      shape: shape.length === 0 ? [] : [end - start, ...rest],
      data: {
        file: location.file,
        offset: location.offset + start * rowBytes,
        length: (end - start) * rowBytes,
      },
    };
  }

  /** A small constant tensor kept in the graph itself; equal constants are stored once. */
  constant(
    values: readonly number[],
    type: 'float32' | 'int64' | 'int32' = 'float32',
    shape: readonly number[] = [values.length],
  ): Value {
    const raw = rawBytes(values, type);
    const key = `${type}[${shape.join(',')}]${Buffer.from(raw).toString('base64url')}`;
    const known = this.#constants.get(key);
    if (known !== undefined) return known;
    const name = this.#unique('constant');
    this.#constants.set(key, name);
    this.#initializers.set(name, { name, type, shape, data: { raw } });
    return name;
  }

  /** A float32 scalar constant. */
  scalar(value: number): Value {
    return this.constant([value], 'float32', []);
  }

  /** Casts to another element type. */
  cast(x: Value, to: ElementType, name?: string): Value {
    return this.op('Cast', [x], { to: DATA_TYPES[to] }, name === undefined ? {} : { name });
  }

  add(a: Value, b: Value): Value {
    return this.op('Add', [a, b]);
  }

  sub(a: Value, b: Value): Value {
    return this.op('Sub', [a, b]);
  }

  mul(a: Value, b: Value): Value {
    return this.op('Mul', [a, b]);
  }

  div(a: Value, b: Value): Value {
    return this.op('Div', [a, b]);
  }

  /** Matrix product over the last two axes. */
  matMul(a: Value, b: Value): Value {
    return this.op('MatMul', [a, b]);
  }

  /** New shape; 0 keeps the input's dimension at that place, -1 takes what is left. */
  reshape(x: Value, shape: readonly number[]): Value {
    return this.op('Reshape', [x, this.constant(shape, 'int64')]);
  }

  /** Permutes the axes. */
  transpose(x: Value, perm: readonly number[]): Value {
    return this.op('Transpose', [x], { perm });
  }

  /** Joins tensors along one axis. */
  concat(values: readonly Value[], axis: number): Value {
    return this.op('Concat', values, { axis });
  }

  /** Cuts one axis into parts of these sizes. */
  split(x: Value, sizes: readonly number[], axis: number): readonly Value[] {
    return this.node(
      'Split',
      [x, this.constant(sizes, 'int64')],
      { axis },
      { outputs: sizes.length },
    );
  }

  /** Elements `start` up to `end` of one axis; negative numbers count from the end. */
  slice(x: Value, axis: number, start: number, end: number = Number.MAX_SAFE_INTEGER): Value {
    const index = (value: number): Value => this.constant([value], 'int64');
    return this.op('Slice', [x, index(start), index(end), index(axis)]);
  }

  /** Inserts axes of size 1. */
  unsqueeze(x: Value, axes: readonly number[]): Value {
    return this.op('Unsqueeze', [x, this.constant(axes, 'int64')]);
  }

  /** Removes axes of size 1. */
  squeeze(x: Value, axes: readonly number[]): Value {
    return this.op('Squeeze', [x, this.constant(axes, 'int64')]);
  }

  /** Logistic function. */
  sigmoid(x: Value): Value {
    return this.op('Sigmoid', [x]);
  }

  /** x * sigmoid(x). */
  silu(x: Value): Value {
    return this.operators === 'fused'
      ? this.op('QuickGelu', [x], { alpha: float(1) }, { domain: MICROSOFT })
      : this.mul(x, this.sigmoid(x));
  }

  /** Gaussian error linear unit; `tanh` is PyTorch's approximation of that name. */
  gelu(x: Value, approximate: 'none' | 'tanh'): Value {
    return this.op('Gelu', [x], { approximate });
  }

  /** Mean over axes. */
  reduceMean(x: Value, axes: readonly number[], keepDims = true): Value {
    const attributes = { keepdims: keepDims ? 1 : 0 };
    return this.op('ReduceMean', [x, this.constant(axes, 'int64')], attributes);
  }

  /** Sum over axes. */
  reduceSum(x: Value, axes: readonly number[], keepDims = true): Value {
    const attributes = { keepdims: keepDims ? 1 : 0 };
    return this.op('ReduceSum', [x, this.constant(axes, 'int64')], attributes);
  }

  /** Encodes the graph as it is now. */
  build(): GraphModel {
    const opsets = new Map([['', OPSET]]);
    for (const domain of this.#domains) opsets.set(domain, 1);
    const bytes = encodeModel({
      name: this.#name,
      producer: 'nativa',
      opsets,
      nodes: this.#nodes,
      initializers: [...this.#initializers.values()],
      inputs: this.#inputs,
      outputs: this.#outputs,
    });
    return {
      bytes,
      inputs: [...this.#inputs],
      outputs: [...this.#outputs],
      parameters: [...this.#consumed],
      loaded: this.#loaded(),
      onProcessor: [...this.#onProcessor],
    };
  }

  #loaded(): StoredBytes {
    const loaded: Partial<Record<ParameterType, number>> = {};
    for (const [name, { type, data }] of this.#initializers) {
      if (!('file' in data) || (this.#tables.has(name) && !this.#computed.has(name))) continue;
      const stored = PARAMETER_TYPES.find((candidate) => STORED_TYPES[candidate] === type);
      if (stored !== undefined) loaded[stored] = (loaded[stored] ?? 0) + data.length;
    }
    return loaded;
  }

  /** A name no other node has: the second `MatMul` is `MatMul.1`. */
  #unique(base: string): string {
    const uses = this.#uses.get(base) ?? 0;
    this.#uses.set(base, uses + 1);
    return uses === 0 ? base : `${base}.${uses}`;
  }
}

function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((size, axis) => size === b[axis]);
}

function rawBytes(values: readonly number[], type: 'float32' | 'int64' | 'int32'): Uint8Array {
  const typed =
    type === 'int64'
      ? BigInt64Array.from(values, BigInt)
      : type === 'int32'
        ? Int32Array.from(values)
        : Float32Array.from(values);
  return new Uint8Array(typed.buffer, typed.byteOffset, typed.byteLength);
}
