/** The studio as components find it. */
import { getContext, setContext } from 'svelte';
import type { Studio } from './studio.svelte.js';

const KEY = Symbol('studio');

/** Makes the studio known to every component below. */
export function setStudio(studio: Studio): void {
  setContext(KEY, studio);
}

export function getStudio(): Studio {
  return getContext<Studio>(KEY);
}
