/** Pixels of the device a pixel of the page: another screen has others, and so has a zoomed page. */

/** Tells the ratio now, and whenever it is another, until the signal. */
export function followRatio(changed: (ratio: number) => void, signal: AbortSignal): void {
  const ratio = window.devicePixelRatio || 1;
  changed(ratio);
  const again = (): void => {
    followRatio(changed, signal);
  };
  matchMedia(`(resolution: ${ratio}dppx)`).addEventListener('change', again, {
    signal,
    once: true,
  });
}
