/** Where the page lies, and what it may do beyond what every page may. */

/** Scheme of the page and its pixels. */
export const SCHEME = 'nativa';
const HOST = 'app';

/** Where the page lies. */
export const PAGE = `${SCHEME}://${HOST}/`;

/** Whether an address is the page's, so that who is there may talk to this process. */
export function isOurs(address: string): boolean {
  try {
    const { protocol: scheme, host } = new URL(address);
    return scheme === `${SCHEME}:` && host === HOST;
  } catch {
    return false;
  }
}

/** Copying and pasting pictures by command, as editors do. */
const ALLOWED = new Set(['clipboard-read', 'clipboard-sanitized-write']);

/** Whether a page may use what a browser would ask about. @param address of who asks */
export function mayUse(permission: string, address: string): boolean {
  return ALLOWED.has(permission) && isOurs(address);
}
