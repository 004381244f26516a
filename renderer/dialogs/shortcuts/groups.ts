/** The cheat sheet's order: commands under the menu they stand in, or the panel they belong to. */
import type { Command } from '../../commands/registry.js';
import { isMessage, type MessageKey } from '../../i18n/index.svelte.js';

const BY_PREFIX: Readonly<Record<string, MessageKey>> = {
  tool: 'tools.label',
  crop: 'command.tool.crop',
  consistency: 'consistency.title',
  adjust: 'menu.layer',
};

/** The message that heads a command's group. */
function headOf({ id, menu }: Command): MessageKey {
  if (menu) return `menu.${menu[0]}`;
  const [prefix = ''] = id.split('.');
  const key = `menu.${prefix}`;
  return BY_PREFIX[prefix] ?? (isMessage(key) ? key : 'menu.help');
}

/** Commands by the heading they stand under, in the order in which headings first occur. */
export function grouped(
  commands: readonly Command[],
): readonly (readonly [MessageKey, readonly Command[]])[] {
  const groups = new Map<MessageKey, Command[]>();
  for (const command of commands) {
    const head = headOf(command);
    groups.set(head, [...(groups.get(head) ?? []), command]);
  }
  return [...groups];
}
