/**
 * Electron's bridge to the sandboxed page. It hands messages on and keeps none: what is asked is
 * checked on the other side, what is answered on this one, both with the schemas of contract.ts.
 */
import { contextBridge, ipcRenderer } from 'electron';
import type { NativaBridge, RequestName } from './contract.js';

/** Channels between the page and the main process; see main/hosts/electron/ipc.ts. */
const CHANNELS = { request: 'nativa:request', event: 'nativa:event', save: 'nativa:save' } as const;

interface Failure {
  readonly code: string;
  readonly message: string;
}

/** A rejection loses its code on the way, so errors come as values and are thrown here. */
type Reply = { readonly answer: unknown } | { readonly error: Failure };

async function invoke(channel: string, ...args: readonly unknown[]): Promise<unknown> {
  const reply = (await ipcRenderer.invoke(channel, ...args)) as Reply;
  if (!('error' in reply)) return reply.answer;
  // contextBridge copies an Error's message and no other field, so the code stands in it.
  throw new Error(`${reply.error.code}: ${reply.error.message}`);
}

const bridge: NativaBridge = {
  pixelRoute: 'nativa://app/pixels',
  request: (name: RequestName, ask: unknown) => invoke(CHANNELS.request, name, ask),
  onEvent: (listener) => {
    const onMessage = (_: unknown, event: unknown): void => {
      listener(event);
    };
    ipcRenderer.on(CHANNELS.event, onMessage);
    return () => {
      ipcRenderer.off(CHANNELS.event, onMessage);
    };
  },
  saveFile: async (name, blob, target) => {
    const saved = await invoke(CHANNELS.save, name, blob, target);
    return typeof saved === 'string' ? saved : null;
  },
};

contextBridge.exposeInMainWorld('nativa', bridge);
