/** Keys in the notation of the studio's commands, as Electron writes them. */

const MODIFIERS: Readonly<Record<string, string>> = {
  Mod: 'CommandOrControl',
  Ctrl: 'Control',
  Alt: 'Alt',
  Shift: 'Shift',
};

const NAMES: Readonly<Record<string, string>> = {
  ArrowUp: 'Up',
  ArrowDown: 'Down',
  ArrowLeft: 'Left',
  ArrowRight: 'Right',
  Enter: 'Return',
};

/** Names that are the same in both. */
const SAME = /^(?:Escape|Tab|Space|Plus|Backspace|Delete|Insert|Home|End|PageUp|PageDown)$/;
const FUNCTION_KEY = /^F(?:[1-9]|1\d|2[0-4])$/;
const DELETES = /^(?:Backspace|Delete)$/;
const CHARACTER = /^[A-Z0-9!-/:-@[-`{-~]$/;

/**
 * The accelerator of a combination such as `Mod+Shift+Z`.
 * @param mac there every accelerator is taken from the page's text fields too, so that keys which
 *   write text or move in it get none
 * @returns undefined where there is none
 */
export function acceleratorOf(combination: string, mac: boolean): string | undefined {
  const parts = combination.split('+');
  const last = parts.pop() ?? '';
  const key =
    SAME.test(last) || FUNCTION_KEY.test(last) || CHARACTER.test(last) ? last : NAMES[last];
  if (key === undefined) return undefined;
  const modifiers = parts.map((part) => MODIFIERS[part]);
  if (modifiers.includes(undefined)) return undefined;
  // Option writes letters of its own, and with Cmd or Option words and lines are deleted.
  const text = ['Shift', 'Alt'];
  const writes =
    (parts.every((part) => text.includes(part)) && !FUNCTION_KEY.test(last)) || DELETES.test(last);
  return mac && writes ? undefined : [...modifiers, key].join('+');
}
