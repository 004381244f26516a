/** Names of what is ours in a project's file, and how one is refused. */
import { NativaError } from '../../../native-models/errors.js';

/** Where tiles lie that are in no picture: in one entry, or what does not fit in those that follow. */
export function filteredEntry(n: number): string {
  return n === 0 ? 'nativa/filtered.bin' : `nativa/filtered-${n + 1}.bin`;
}

/** The error of a file that is no project, or not a whole one. */
export function unreadable(name: string, reason: string): NativaError {
  return new NativaError(
    'UNREADABLE_DOCUMENT',
    `${name} is no OpenRaster file that can be opened: ${reason}; save it again where it was made.`,
  );
}
