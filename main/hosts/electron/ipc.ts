/** Messages between the page and this process, each from the page itself or refused. */
import { BrowserWindow, app, ipcMain } from 'electron';
import type { IpcMainInvokeEvent, WebContents } from 'electron';
import { basename } from 'node:path';
import { NativaError } from '../../../native-models/errors.js';
import { blobId, clientFrameSchema, saveTargetSchema } from '../../../preload/contract.js';
import type { RequestName } from '../../../preload/contract.js';
import type { BlobStore } from '../../services/blobs.js';
import { wireError } from '../../services/studio/errors.js';
import { saveBlob } from '../../services/studio/files.js';
import type { Page, Studio } from '../../services/studio/router.js';
import { isOurs } from './address.js';
import type { NativeMenu } from './menu.js';

/** As in preload/index.ts, which may import nothing. */
const CHANNELS = { request: 'nativa:request', event: 'nativa:event', save: 'nativa:save' } as const;

/** Connects pages to the studio. @param onPage is told of each that starts */
export function connectPages(
  studio: Studio,
  blobs: BlobStore,
  menu: NativeMenu,
  onPage: () => void,
): void {
  const pages = new Map<WebContents, Page>();
  answerOn(CHANNELS.request, async ({ sender }, name, ask) => {
    const frame = clientFrameSchema.safeParse({ id: 0, name, ask });
    if (frame.success) {
      const page = await pageOf(sender, frame.data.name, pages, studio);
      if (frame.data.name === 'app.start') onPage();
      return page.handle(frame.data.name, frame.data.ask);
    }
    const message = 'The studio asked for something that is not understood; reload it.';
    throw new NativaError('BAD_REQUEST', message);
  });
  const { places } = studio;
  answerOn(CHANNELS.save, async (event, name, id, of) => {
    const shown = BrowserWindow.fromWebContents(event.sender);
    if (shown === null || typeof name !== 'string') return null;
    const blob = blobId.parse(id);
    const target = saveTargetSchema.optional().parse(of);
    const known = target && places.of(target);
    const path =
      known !== undefined && target?.ask === false
        ? known
        : await menu.chooseTarget(shown, known ?? basename(name));
    if (path === undefined) return null;
    await saveBlob(path, blob, blobs).catch((error: unknown) => {
      throw studio.explain(error);
    });
    if (target) {
      places.keep(target, path);
      app.addRecentDocument(path);
      await studio.saved(path);
    }
    return basename(path);
  });
  studio.onEvent((event) => {
    for (const { webContents } of BrowserWindow.getAllWindows()) {
      webContents.send(CHANNELS.event, event);
    }
  });
}

/** A window that is loaded again shows a new page; the one before is gone. */
async function pageOf(
  sender: WebContents,
  request: RequestName,
  pages: Map<WebContents, Page>,
  studio: Studio,
): Promise<Page> {
  const known = pages.get(sender);
  if (known !== undefined && request !== 'app.start') return known;
  await known?.close();
  if (known === undefined) {
    sender.once('destroyed', () => {
      void pages
        .get(sender)
        ?.close()
        .catch(() => undefined);
      pages.delete(sender);
    });
  }
  const page = studio.openPage();
  pages.set(sender, page);
  return page;
}

type Answerer = (event: IpcMainInvokeEvent, ...args: unknown[]) => Promise<unknown>;

/** Errors cross as values, for a rejection would lose its code. */
function answerOn(channel: string, answerer: Answerer): void {
  ipcMain.handle(channel, async (event, ...args: unknown[]) => {
    try {
      if (!isPage(event)) {
        throw new NativaError('BAD_REQUEST', 'Only the studio itself may ask for this.');
      }
      return { answer: await answerer(event, ...args) };
    } catch (error) {
      return { error: wireError(error) };
    }
  });
}

/** Whether a message comes from the studio's page, and not from a frame inside it. */
function isPage({ sender, senderFrame }: IpcMainInvokeEvent): boolean {
  return senderFrame !== null && senderFrame === sender.mainFrame && isOurs(senderFrame.url);
}
