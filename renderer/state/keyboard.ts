/** Keys anywhere in the page, as commands. */
import { combinationOf } from '../commands/keys.js';
import type { Command } from '../commands/registry.js';
import type { Studio } from './studio.svelte.js';

/** Whether the keys are a text field's, which needs most of them for itself. */
export function isTyping(target: EventTarget | null): target is HTMLElement {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target instanceof HTMLTextAreaElement) return true;
  return (
    target instanceof HTMLInputElement &&
    !['checkbox', 'radio', 'color', 'range'].includes(target.type)
  );
}

/** Plain keys that a menu bar uses while no menu of it is open; letters stay shortcuts. */
const IN_MENUBAR = /^(?:Arrow(?:Left|Right|Up|Down)|Home|End|Enter|Space|Escape)$/;

/** And those that tabs use. */
const IN_TABLIST = /^(?:Arrow(?:Left|Right)|Home|End|Enter|Space|Delete)$/;

/** Elements that use plain keys such as arrows, Enter and Space themselves. */
function usesKey(target: EventTarget | null, key: string): boolean {
  if (!(target instanceof Element)) return false;
  if (target.closest('[role=menu],[role=listbox],[role=dialog]')) return true;
  if (target.closest('[role=menubar]') && IN_MENUBAR.test(key)) return true;
  if (target.closest('[role=tablist]') && IN_TABLIST.test(key)) return true;
  // From one control to the next; only where none has the focus is it free for a command.
  if (/^(?:Shift\+)?Tab$/.test(key)) return target !== document.body;
  const pressed = key === 'Enter' || key === 'Space';
  return pressed && target.closest('button,a,input,[role=button],[role=radio]') !== null;
}

/** What a click leaves the focus on, although whoever clicked is done with it. */
const PRESSED = 'button:not([aria-haspopup]),input[type=checkbox],input[type=radio]';
/** Where the focus is meant to stay. */
const KEEPS_FOCUS = '[role=dialog],[role=menu],[role=menubar]';

/**
 * A click does what it does and gives the keys back: Space pans, Enter goes to the prompt and Delete
 * clears pixels, whatever button was clicked last. Who goes by keyboard keeps the focus.
 */
function giveBackKeys(): void {
  const focused = document.activeElement;
  if (!(focused instanceof HTMLElement) || !focused.matches(PRESSED)) return;
  if (focused.closest(KEEPS_FOCUS) === null) focused.blur();
}

/**
 * Listens to keys until the returned function is called. A key held down for a while does not repeat
 * commands that last while it is held.
 */
export function listenToKeys(studio: Studio): () => void {
  const ended = new AbortController();
  const { signal } = ended;
  let held: { readonly command: Command; readonly code: string } | null = null;
  let spaced = false;
  /** Whether the pointer was used last: keys that press a button make clicks as well. */
  let pointed = false;

  const down = (event: KeyboardEvent): void => {
    if (event.isComposing || event.defaultPrevented) return;
    const combination = combinationOf(event, studio.mac);
    const typing = isTyping(event.target);
    const withModifier = event.ctrlKey || event.metaKey || event.altKey;
    if (typing && !withModifier && combination !== 'Escape') return;
    if (typing && /^Mod\+(Shift\+)?[ACVXZY]$/.test(combination)) return;
    if (!withModifier && usesKey(event.target, combination)) return;
    if (studio.ui.dialog !== null) {
      // The page behind a dialog stays as it is, and the browser keeps out of it.
      if (withModifier && !typing && studio.commandFor(combination)) event.preventDefault();
      return;
    }
    if (combination === 'Space') {
      event.preventDefault();
      spaced = true;
      studio.tools.held = 'hand';
      return;
    }
    const command = studio.commandFor(combination);
    if (!command) return;
    event.preventDefault();
    if (command.release) {
      if (held) return;
      held = { command, code: event.code };
    }
    studio.execute(command.id);
  };

  const up = (event: KeyboardEvent): void => {
    if (event.code === 'Space' && spaced) {
      spaced = false;
      studio.tools.held = null;
    }
    if (held?.code !== event.code) return;
    held.command.release?.(studio);
    held = null;
  };

  const left = (): void => {
    spaced = false;
    studio.tools.held = null;
    held?.command.release?.(studio);
    held = null;
  };

  const pointing = (event: Event): void => {
    pointed = event.type === 'pointerdown';
  };
  const clicked = (): void => {
    if (pointed) giveBackKeys();
  };

  window.addEventListener('pointerdown', pointing, { signal, capture: true });
  window.addEventListener('keydown', pointing, { signal, capture: true });
  // Before what it does: a dialog that it opens does not give the focus back to it either.
  window.addEventListener('click', clicked, { signal, capture: true });
  window.addEventListener('keydown', down, { signal });
  window.addEventListener('keyup', up, { signal });
  window.addEventListener('blur', left, { signal });
  return () => {
    ended.abort();
  };
}
