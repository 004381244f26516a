/**
 * A child process that says how far a quantised model's outputs are from the original's: prints JSON, or
 * what went wrong with another exit status. Networks of any size are loaded in it, so that what they
 * take ends with it.
 */
import { measureOutputError } from '../engine/output-error.js';

const [original = '', copy = ''] = process.argv.slice(2);

try {
  const error = await measureOutputError(original, copy, new AbortController().signal);
  process.stdout.write(JSON.stringify(error));
} catch (error) {
  process.stdout.write(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
