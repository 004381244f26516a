/** Tells a host with a menu of its own what stands in it, whenever that changes. */
import { hostMenu } from '../commands/host-menu.js';
import { keysOf } from '../commands/keys.js';
import { locale, t } from '../i18n/index.svelte.js';
import { isTyping } from './keyboard.js';
import type { Studio } from './studio.svelte.js';

/** From now on. */
export function tellMenu(studio: Studio): void {
  let typing = $state(false);
  let told = '';
  // Asked for when all is done: while the focus moves nothing has it, and a window that is left
  // keeps it.
  const look = (): void => {
    setTimeout(() => {
      typing = isTyping(document.activeElement);
    });
  };
  window.addEventListener('focusin', look);
  window.addEventListener('focusout', look);
  $effect.root(() => {
    $effect(() => {
      const menu = hostMenu(studio.registry, {
        language: locale.language,
        typing,
        word: t,
        // The studio behind a dialog stays as it is.
        enabled: (command) => studio.ui.dialog === null && command.when?.(studio) !== false,
        checked: (command) => command.checked?.(studio),
        keys: (command) => keysOf(command, studio.settings.shortcuts),
        documents: studio.documents.list.map((open) => ({
          key: open.key,
          name: `${open.editor.dirty ? '• ' : ''}${open.name}`,
          shown: open === studio.current,
        })),
        recent: studio.recent,
      });
      const text = JSON.stringify(menu);
      if (text === told) return;
      told = text;
      studio.client.request('menu.show', menu).catch(() => {
        told = '';
      });
    });
  });
}
