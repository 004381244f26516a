import { runCli } from './hosts/cli.js';

/**
 * Runs the command line, which opens the studio where no command is given.
 *
 * @param argv what was typed after the program's name
 * @returns exit status
 */
export async function start(argv: readonly string[]): Promise<number> {
  return runCli(argv);
}
