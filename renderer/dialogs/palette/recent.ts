/** The commands that were last run from the palette, the latest first. */
import type { CommandId } from '../../commands/registry.js';

const MOST = 8;
let recent: readonly CommandId[] = [];

export function recentCommands(): readonly CommandId[] {
  return recent;
}

export function rememberCommand(id: CommandId): void {
  recent = [id, ...recent.filter((other) => other !== id)].slice(0, MOST);
}
