/**
 * A child process that adds two numbers with one execution provider: asking for a provider without
 * its driver can take a whole process down, so the question is asked in one of its own. Prints what
 * went wrong; exit status 0 when the sum is right.
 */
import { GraphBuilder } from '../../native-models/graphs/onnx/index.js';
import { NetworkSession, Tensor } from '../engine/runtime/session.js';

const provider = process.argv[2] ?? 'cpu';
const graph = new GraphBuilder({ name: 'probe', tensors: new Map() });
const x = graph.input('x', 'float32', [2]);
graph.output('y', graph.add(x, x), 'float32', [2]);

try {
  const settings = { provider, keepMemory: false };
  const session = await NetworkSession.load('probe', graph.build(), process.cwd(), settings);
  const outputs = await session.run({ x: new Tensor('float32', Float32Array.of(1, 2), [2]) });
  const [first, second] = outputs.float32('y');
  if (first !== 2 || second !== 4)
    throw new Error(`1 + 1 and 2 + 2 came out as ${first}, ${second}`);
  await session.dispose();
  process.exitCode = 0;
} catch (error) {
  process.stdout.write(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
