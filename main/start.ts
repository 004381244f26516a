import { runCli } from './hosts/cli.js';

/**
 * Reads the arguments and picks a host; the command line is the only one so far.
 *
 * @param argv what was typed after the program's name
 * @returns exit status
 */
export async function start(argv: readonly string[]): Promise<number> {
  return runCli(argv);
}
