/** Keys anywhere in the page, as commands. */
import { belongsToText, combinationsOf } from '../commands/keys.js';
import type { Command } from '../commands/registry.js';
import { FocusWatch } from './focus-watch.js';
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
const IN_MENUBAR = /^(?:Arrow(?:Left|Right|Up|Down)|Home|End|Enter|Space)$/;

/** And those that tabs use. */
const IN_TABLIST = /^(?:Arrow(?:Left|Right)|Home|End|Enter|Space|Delete)$/;

/** Elements that use plain keys such as arrows, Enter and Space themselves. */
function usesKey(target: EventTarget | null, key: string): boolean {
  if (!(target instanceof Element)) return false;
  if (target.closest('[role=menu],[role=listbox],[role=dialog]')) return true;
  if (target.closest('[role=menubar]') && IN_MENUBAR.test(key)) return true;
  if (target.closest('[role=tablist]') && IN_TABLIST.test(key)) return true;
  const pressed = key === 'Enter' || key === 'Space';
  return pressed && target.closest('button,a,input,[role=button],[role=radio]') !== null;
}

function leaveList(target: EventTarget | null): void {
  if (target instanceof HTMLElement && target.closest('[role=tree]')) target.blur();
}

/**
 * While a writing system composes, keys are its own: what is chosen among with Enter, arrows or Esc is
 * nobody else's, and dialogs and lists, which close at Esc and choose at Enter, hear none of it.
 */
function keepComposing(signal: AbortSignal): void {
  const keep = (event: KeyboardEvent): void => {
    if (event.isComposing) event.stopImmediatePropagation();
  };
  // Before all others.
  window.addEventListener('keydown', keep, { signal, capture: true });
}

/**
 * Listens to keys until the returned function is called. A key held down does not repeat what it does,
 * but for commands that are meant to be.
 */
export function listenToKeys(studio: Studio): () => void {
  const ended = new AbortController();
  const { signal } = ended;
  let held: { readonly command: Command; readonly code: string } | null = null;
  let spaced = false;
  keepComposing(signal);
  const focus = new FocusWatch(signal);

  const run = (event: KeyboardEvent, command: Command): void => {
    event.preventDefault();
    if (event.repeat && command.repeats !== true) return;
    if (command.release) {
      if (held) return;
      held = { command, code: event.code };
    }
    studio.execute(command.id);
    // Esc leaves the control that Tab went to.
    if (event.key === 'Escape') focus.giveBack();
    // Whoever takes a tool goes to the canvas with it: arrows are no longer the layer list's.
    if (command.id.startsWith('tool.')) leaveList(event.target);
  };

  const down = (event: KeyboardEvent): void => {
    if (event.defaultPrevented) return;
    const combinations = combinationsOf(event, studio.mac);
    const [combination = ''] = combinations;
    if (focus.moves(combination, event.target)) return;
    const withModifier = event.ctrlKey || event.metaKey || event.altKey;
    if (isTyping(event.target) && belongsToText(event, studio.mac)) return;
    if (!withModifier && usesKey(event.target, combination)) return;
    const command = studio.commandFor(combinations);
    if (studio.ui.dialog !== null) {
      // The page behind a dialog stays as it is, and the browser keeps out of it.
      if (withModifier && command) event.preventDefault();
      return;
    }
    if (combination === 'Space') {
      event.preventDefault();
      spaced = true;
      studio.tools.held = 'hand';
    } else if (command) run(event, command);
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

  window.addEventListener('keydown', down, { signal });
  window.addEventListener('keyup', up, { signal });
  window.addEventListener('blur', left, { signal });
  return () => {
    ended.abort();
  };
}
