/** Opening the person's browser, where there is one to see. */
import { spawn } from 'node:child_process';

/** Whether a window could be seen here. */
export function hasDisplay(
  env: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
): boolean {
  if (platform !== 'darwin' && platform !== 'win32') {
    return Boolean(env.DISPLAY) || Boolean(env.WAYLAND_DISPLAY);
  }
  // The windows of a session over the network would open on the other machine's screen.
  return !env.SSH_CONNECTION;
}

/** Whether a browser should be opened unasked: never in continuous integration. */
export function opensBrowser(
  env: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
): boolean {
  return !env.CI && hasDisplay(env, platform);
}

/** The program that opens an address in the person's browser, and its arguments. */
export function opener(
  url: string,
  platform: NodeJS.Platform = process.platform,
): readonly [command: string, args: readonly string[]] {
  if (platform === 'darwin') return ['open', [url]];
  // `start` takes its first quoted word for a title.
  if (platform === 'win32') return ['cmd.exe', ['/c', 'start', '""', url]];
  return ['xdg-open', [url]];
}

/** Opens an address; where that fails, the person has the address before them. */
export function openBrowser(url: string): void {
  const [command, args] = opener(url);
  const child = spawn(command, args, { detached: true, stdio: 'ignore', windowsHide: true });
  child.on('error', () => undefined);
  child.unref();
}
