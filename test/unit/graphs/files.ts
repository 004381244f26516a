/** Small `.safetensors` files for tests. */
import { writeFile } from 'node:fs/promises';

/** One tensor to write. */
export interface Entry {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data: Uint8Array;
}

/** Bytes of a file: length, header, data. `header` may be anything, to write broken files too. */
export function safetensorsBytes(header: unknown, data: Uint8Array): Uint8Array {
  const text = typeof header === 'string' ? header : JSON.stringify(header);
  const json = new TextEncoder().encode(text);
  const length = new Uint8Array(8);
  new DataView(length.buffer).setBigUint64(0, BigInt(json.length), true);
  return Buffer.concat([length, json, data]);
}

/** Writes well-formed tensors one behind the other. */
export async function writeSafetensors(
  path: string,
  entries: Readonly<Record<string, Entry>>,
): Promise<void> {
  const header: Record<string, unknown> = {};
  let end = 0;
  for (const [name, { dtype, shape, data }] of Object.entries(entries)) {
    header[name] = { dtype, shape, data_offsets: [end, end + data.length] };
    end += data.length;
  }
  const data = Buffer.concat(Object.values(entries).map((entry) => entry.data));
  await writeFile(path, safetensorsBytes(header, data));
}

/** A float32 tensor. */
export function float32(shape: readonly number[], values: readonly number[]): Entry {
  return { dtype: 'F32', shape, data: new Uint8Array(Float32Array.from(values).buffer) };
}
