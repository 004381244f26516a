/** Where the keyboard is when a dialog opens. */
import type { Attachment } from 'svelte/attachments';

/**
 * Puts the focus on the first field in a part of a dialog, its text selected, or on
 * the tab that is shown. It waits until the
 * dialog has noted where the focus was, so that it can go back there.
 */
export const focusFirst: Attachment<HTMLElement> = (part) => {
  queueMicrotask(() => {
    const field = part.matches('input, button')
      ? part
      : (part.querySelector<HTMLElement>('[role=tab][aria-selected=true]') ??
        part.querySelector<HTMLElement>('input, textarea, button, [tabindex="0"]'));
    field?.focus({ preventScroll: true });
    if (field instanceof HTMLTextAreaElement) field.select();
    else if (field instanceof HTMLInputElement && field.type === 'text') field.select();
  });
};

/**
 * Puts the focus where work goes on once a dialog is gone, or what had the focus: after the dialog
 * has put it back, to where it was or to nowhere.
 */
export function focusLater(find: () => HTMLElement | null | undefined): void {
  requestAnimationFrame(() => {
    requestAnimationFrame(() => {
      find()?.focus();
    });
  });
}
