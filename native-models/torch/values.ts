/** What a pickle of tensors can hold, as data. */

/** Element types of storages. */
export type TorchType =
  'F64' | 'F32' | 'F16' | 'BF16' | 'I64' | 'I32' | 'I16' | 'I8' | 'U8' | 'BOOL';

/** Bytes of a file's entry that one or more tensors share. */
export interface TorchStorage {
  readonly kind: 'storage';
  readonly type: TorchType;
  /** Name of the entry below `data/`. */
  readonly key: string;
  /** Length in elements. */
  readonly length: number;
}

/** A view of a storage. */
export interface TorchTensor {
  readonly kind: 'tensor';
  readonly storage: TorchStorage;
  /** Offset, shape and strides, in elements. */
  readonly offset: number;
  readonly shape: readonly number[];
  readonly stride: readonly number[];
}

/** A table; keys are strings or whole numbers. */
export interface TorchDict {
  readonly kind: 'dict';
  readonly entries: Map<string | number, TorchValue>;
}

interface TorchList {
  readonly kind: 'list';
  readonly items: TorchValue[];
}

interface TorchTuple {
  readonly kind: 'tuple';
  readonly items: readonly TorchValue[];
}

/** A name of Python's, as a tag. */
export interface TorchName {
  readonly kind: 'name';
  readonly name: string;
}

/** What a pickle of tensors can hold. */
export type TorchValue =
  | null
  | boolean
  | number
  | string
  | TorchStorage
  | TorchTensor
  | TorchDict
  | TorchList
  | TorchTuple
  | TorchName;

/** Whether a value is one of the kinds of object. */
export function isKind<Kind extends Exclude<TorchValue, null | boolean | number | string>['kind']>(
  value: TorchValue | undefined,
  kind: Kind,
): value is Extract<TorchValue, { readonly kind: Kind }> {
  return typeof value === 'object' && value !== null && value.kind === kind;
}
