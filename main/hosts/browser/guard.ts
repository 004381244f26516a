/** Who may talk to the browser host: one browser that was given the token, on this machine. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { allowedHosts } from './policy.js';

/** A token for one session, and the session it was given for. */
export class Guard {
  /** To be put in the URL that is printed; good for one session. */
  readonly token = randomBytes(24).toString('base64url');
  readonly #cookie: string;
  readonly #hosts: ReadonlySet<string>;
  #session: string | undefined;

  constructor(port: number) {
    // Cookies do not know ports: two servers would take each other's.
    this.#cookie = `nativa_${port}`;
    this.#hosts = new Set(allowedHosts(port));
  }

  /** Whether a request was meant for this server; a page of another site can make it look so. */
  knowsHost({ headers }: IncomingMessage): boolean {
    return headers.host !== undefined && this.#hosts.has(headers.host);
  }

  /** Whether a page of this server sent a request: browsers name the origin of all that changes. */
  knowsOrigin({ headers }: IncomingMessage): boolean {
    return headers.host !== undefined && headers.origin === `http://${headers.host}`;
  }

  /** Whether a request carries the session. */
  knowsSession({ headers }: IncomingMessage): boolean {
    if (this.#session === undefined) return false;
    const pairs = (headers.cookie ?? '').split(';').map((pair) => pair.trim());
    const mine = pairs.find((pair) => pair.startsWith(`${this.#cookie}=`));
    return mine !== undefined && same(mine.slice(this.#cookie.length + 1), this.#session);
  }

  /**
   * Spends the token.
   * @returns the value of a Set-Cookie header, undefined for a wrong or a spent token
   */
  admit(token: string): string | undefined {
    if (this.#session !== undefined || !same(token, this.token)) return undefined;
    this.#session = randomBytes(32).toString('base64url');
    return `${this.#cookie}=${this.#session}; HttpOnly; SameSite=Strict; Path=/`;
  }
}

/** Compares without telling by its time how much is the same. */
function same(a: string, b: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
