/** What the keys held with the pointer are called, in hints that speak of them. */
import { heldKeys } from '../commands/keys.js';
import { keyNames } from '../i18n/index.svelte.js';

/** By the names that messages have for them: `{mod}`, `{alt}` and `{shift}`. */
export function heldKeysOf({ mac }: { readonly mac: boolean }) {
  return heldKeys(mac, keyNames());
}
