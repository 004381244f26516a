/**
 * A child process that computes with one execution provider: asking for a provider without its driver
 * can take a whole process down, so the question is asked in one of its own. Prints a line for each
 * thing that the provider can do, the first as soon as it adds rightly, or what went wrong.
 */
import { checkSum, whatItHas } from '../engine/runtime/probe.js';

const provider = process.argv[2] ?? 'cpu';

try {
  await checkSum(provider);
  process.stdout.write('sum\n');
  for await (const what of whatItHas(provider)) process.stdout.write(`${what}\n`);
  process.exitCode = 0;
} catch (error) {
  process.stdout.write(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
