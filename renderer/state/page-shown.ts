/** Waiting for what is on the screen. */

/** Resolves when the page shows what it was told to. */
export function pageShown(): Promise<void> {
  return new Promise((resolve) => {
    requestAnimationFrame(() => setTimeout(resolve));
    // Nothing is painted while the window is hidden.
    setTimeout(resolve, 200);
  });
}
