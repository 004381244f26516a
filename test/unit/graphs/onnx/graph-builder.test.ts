import { BinaryReader } from '@bufbuild/protobuf/wire';
import * as ort from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';

import { GraphBuilder, float } from '../../../../native-models/graphs/onnx/index.js';
import type { ParameterType, TensorLocation } from '../../../../native-models/graphs/index.js';

function location(shape: number[], dtype: ParameterType = 'F32', offset = 64): TensorLocation {
  const bytes = dtype === 'F32' ? 4 : 2;
  const length = shape.reduce((product, dim) => product * dim, bytes);
  return { file: 'model.safetensors', dtype, shape, offset, length };
}

function builder(tensors: Record<string, TensorLocation> = {}): GraphBuilder {
  return new GraphBuilder({ name: 'test', tensors: new Map(Object.entries(tensors)) });
}

async function evaluate(g: GraphBuilder, feeds: Record<string, ort.Tensor>): Promise<ort.Tensor> {
  const session = await ort.InferenceSession.create(g.build().bytes);
  const { y } = await session.run(feeds);
  if (y === undefined) throw new Error('no output y');
  return y;
}

/** Key and value pairs of all external initializers, by a reader independent of the writer. */
function externalData(bytes: Uint8Array): Record<string, string>[] {
  const fields = (data: Uint8Array, field: number): Uint8Array[] => {
    const reader = new BinaryReader(data);
    const found: Uint8Array[] = [];
    while (reader.pos < reader.len) {
      const [number, type] = reader.tag();
      if (number === field) found.push(reader.bytes());
      else reader.skip(type);
    }
    return found;
  };
  const text = (data: Uint8Array | undefined): string => new TextDecoder().decode(data);
  return fields(bytes, 7)
    .flatMap((graph) => fields(graph, 5))
    .map((tensor) =>
      Object.fromEntries(
        fields(tensor, 13).map((entry) => [text(fields(entry, 1)[0]), text(fields(entry, 2)[0])]),
      ),
    );
}

describe('parameter', () => {
  it('points at the place of the weights', () => {
    const g = builder({ w: location([3, 5], 'BF16', 1234) });
    g.parameter('w', [3, 5]);
    const model = g.build();
    expect(model.parameters).toEqual(['w']);
    expect(externalData(model.bytes)).toEqual([
      { location: 'model.safetensors', offset: '1234', length: '30' },
    ]);
  });

  it('takes rows by offset', () => {
    const g = builder({ w: location([10, 4], 'F16', 100) });
    g.parameter('w', [10, 4], { start: 3, end: 5 });
    expect(externalData(g.build().bytes)).toEqual([
      { location: 'model.safetensors', offset: '124', length: '16' },
    ]);
  });

  it('keeps offsets beyond 32 bits exact', () => {
    const g = builder({ w: location([2], 'F32', 2 ** 40 + 8) });
    g.parameter('w', [2]);
    expect(externalData(g.build().bytes)[0]?.['offset']).toBe('1099511627784');
  });

  it('reads each parameter once, however often it is used', () => {
    const g = builder({ w: location([2], 'F16') });
    expect(g.parameter('w', [2])).toBe(g.parameter('w', [2]));
    expect(externalData(g.build().bytes)).toHaveLength(1);
  });

  it('names a parameter that is missing', () => {
    expect(() => builder().parameter('a.weight', [2, 3])).toThrow(
      expect.objectContaining({
        code: 'MISSING_PARAMETER',
        message: expect.stringMatching(/"a\.weight".*\[2, 3\]/) as string,
      }) as Error,
    );
  });

  it.each([[[3, 2]], [[2]], [[2, 3, 1]], [[]]])(
    'names both shapes where they differ: %j',
    (shape) => {
      const g = builder({ 'a.weight': location([2, 3]) });
      expect(() => g.parameter('a.weight', shape)).toThrow(
        expect.objectContaining({
          code: 'CONFIG_WEIGHTS_MISMATCH',
          message: expect.stringContaining(
            `"a.weight" has shape [2, 3] in the weights but the config calls for [${shape.join(', ')}]`,
          ) as string,
        }) as Error,
      );
    },
  );

  it.each([
    [-1, 2],
    [2, 2],
    [0, 11],
  ])('refuses rows %i to %i of 10', (start, end) => {
    const g = builder({ w: location([10, 4]) });
    expect(() => g.parameter('w', [10, 4], { start, end })).toThrow(
      expect.objectContaining({ code: 'CONFIG_WEIGHTS_MISMATCH' }) as Error,
    );
  });
});

describe('verbs', () => {
  const x = new ort.Tensor(Float32Array.of(1, 2, 3, 4, 5, 6), [2, 3]);

  it('stores equal constants once', () => {
    const g = builder();
    expect(g.scalar(2)).toBe(g.scalar(2));
    expect(g.scalar(2)).not.toBe(g.constant([2]));
    expect(g.scalar(0)).not.toBe(g.scalar(-0));
  });

  it('tells integer from real attributes', () => {
    const g = builder();
    g.node('LeakyRelu', [g.input('x', 'float32', ['n'])], { alpha: 0.5 });
    expect(() => g.build()).toThrow(/alpha/);
  });

  it('leaves optional inputs out', async () => {
    const g = builder();
    const input = g.input('x', 'float32', ['n', 3]);
    g.output('y', g.op('Clip', [input, undefined, g.scalar(4)]), 'float32', ['n', 3]);
    expect([...(await evaluate(g, { x })).data]).toEqual([1, 2, 3, 4, 4, 4]);
  });

  it('splits, slices, transposes and joins', async () => {
    const g = builder();
    const input = g.input('x', 'float32', [2, 3]);
    const [first = '', rest = ''] = g.split(input, [1, 2], 1);
    const joined = g.concat([rest, first], 1);
    const last = g.slice(g.transpose(joined, [1, 0]), 0, -1);
    g.output('y', g.reshape(last, [-1]), 'float32', [2]);
    expect([...(await evaluate(g, { x })).data]).toEqual([1, 4]);
  });

  it('reduces and activates', async () => {
    const g = builder();
    const input = g.input('x', 'float32', [2, 3]);
    const centred = g.sub(input, g.reduceMean(input, [-1]));
    g.output('y', g.reduceSum(g.mul(centred, centred), [0, 1], false), 'float32', []);
    expect([...(await evaluate(g, { x })).data]).toEqual([4]);
  });

  it.each([['fused'], ['portable']] as const)(
    'computes silu with %s operators',
    async (operators) => {
      const g = new GraphBuilder({ name: 'test', tensors: new Map(), operators });
      g.output('y', g.silu(g.input('x', 'float32', [2, 3])), 'float32', [2, 3]);
      const { data } = await evaluate(g, { x });
      expect(data[2]).toBeCloseTo(3 / (1 + Math.exp(-3)), 5);
    },
  );

  it('writes real attributes', async () => {
    const g = builder();
    const input = g.input('x', 'float32', [2, 3]);
    const negative = g.mul(input, g.scalar(-1));
    g.output('y', g.op('LeakyRelu', [negative], { alpha: float(0.5) }), 'float32', [2, 3]);
    expect((await evaluate(g, { x })).data[1]).toBe(-1);
  });
});
