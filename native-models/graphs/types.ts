/** Storage types of parameters a graph can read where they lie; U8 holds codes of quantised ones. */
export type ParameterType = 'F32' | 'F16' | 'BF16' | 'U8';

/** Bytes of parameters, by how they are stored. */
export type StoredBytes = Readonly<Partial<Record<ParameterType, number>>>;

/** Where one parameter lies: what a `.safetensors` header says about it. */
export interface TensorLocation {
  /** File that holds it, relative to the folder the graph file will be in. */
  readonly file: string;
  readonly dtype: ParameterType;
  readonly shape: readonly number[];
  /** Absolute byte offset in the file. */
  readonly offset: number;
  /** Length in bytes. */
  readonly length: number;
}

/** Every parameter of a checkpoint by its official name. */
export type TensorMap = ReadonlyMap<string, TensorLocation>;

/** Element types of the values that flow through a graph. */
export type ElementType = 'float32' | 'float16' | 'bfloat16' | 'int64' | 'int32' | 'uint8' | 'bool';

/** A dimension: a size, or the name of a dynamic one. */
export type Dimension = number | string;

/** One input or output of a graph: the contract between a graph and the engine. */
export interface IoSpec {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: readonly Dimension[];
}

/** A built graph: ONNX bytes, what goes in and out, and the parameters it reads. */
export interface GraphModel {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly inputs: readonly IoSpec[];
  readonly outputs: readonly IoSpec[];
  /** Names of the parameters the graph reads, in order of first use. */
  readonly parameters: readonly string[];
  /** What of them a session holds in memory: the rows it computes with, and no tables. */
  readonly loaded: StoredBytes;
  /**
   * Names of nodes that are best left to the processor: those that look rows up in a table, which it
   * reads out of the file where a graphics processor would hold all of it, and sines of large numbers,
   * which graphics processors are not bound to compute exactly.
   */
  readonly onProcessor: readonly string[];
}
