/**
 * Files that a browser lets the page write itself: picked by the person once, and then written in
 * place without a download. Browsers without such files download every save.
 */
import { StudioError, type Client } from '../bridge/client.js';

type Mode = { readonly mode: 'readwrite' };

/** What browsers that know such files have beyond the types of the DOM. */
export interface PlaceHandle extends FileSystemFileHandle {
  queryPermission?(mode: Mode): Promise<PermissionState>;
  requestPermission?(mode: Mode): Promise<PermissionState>;
}

interface FileType {
  readonly description: string;
  readonly accept: Readonly<Record<string, readonly string[]>>;
}

/** The pickers of such browsers. */
export interface Pickers {
  showSaveFilePicker?(options: {
    suggestedName: string;
    types: readonly FileType[];
  }): Promise<PlaceHandle>;
  showOpenFilePicker?(options: {
    multiple: boolean;
    types: readonly FileType[];
  }): Promise<readonly PlaceHandle[]>;
}

const PROJECT: FileType = { description: 'OpenRaster', accept: { 'image/openraster': ['.ora'] } };
const OPENABLE: FileType = {
  description: '',
  accept: {
    'image/*': [],
    'image/openraster': ['.ora'],
    'image/vnd.adobe.photoshop': ['.psd'],
  },
};
const WRITE: Mode = { mode: 'readwrite' };

function isCancelled(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'AbortError';
}

/** Where the documents of this page are saved. */
export class Places {
  readonly #pickers: Pickers | null;
  readonly #handles = new Map<string, PlaceHandle>();

  /** @param pickers null where the host asks for files itself */
  constructor(pickers: Pickers | null) {
    this.#pickers = pickers;
  }

  /** Whether files can be written in place. */
  get able(): boolean {
    return this.#pickers?.showSaveFilePicker !== undefined;
  }

  /**
   * Asks for files to open.
   * @returns undefined where this browser has no such files
   */
  async open(): Promise<readonly PlaceHandle[] | undefined> {
    if (!this.#pickers?.showOpenFilePicker) return undefined;
    try {
      return await this.#pickers.showOpenFilePicker({ multiple: true, types: [OPENABLE] });
    } catch (error) {
      return isCancelled(error) ? [] : undefined;
    }
  }

  /**
   * Where a document goes: its own file, or one that the person picks. Asked for before anything is
   * packed, for browsers let a page ask only right after a key or a click.
   * @param ask whether they are asked in any case
   * @returns null if they thought better of it, undefined where it can only be downloaded
   */
  async of(document: string, name: string, ask: boolean): Promise<PlaceHandle | null | undefined> {
    if (!this.#pickers?.showSaveFilePicker) return undefined;
    const known = this.#handles.get(document);
    if (known && !ask && (await mayWrite(known))) return known;
    try {
      const suggestedName = known?.name ?? name;
      return await this.#pickers.showSaveFilePicker({ suggestedName, types: [PROJECT] });
    } catch (error) {
      return isCancelled(error) ? null : undefined;
    }
  }

  /** Remembers where a document was saved, or opened from. */
  keep(document: string, handle: PlaceHandle): void {
    this.#handles.set(document, handle);
  }

  /** The next save asks again. */
  forget(document: string): void {
    this.#handles.delete(document);
  }
}

async function mayWrite(handle: PlaceHandle): Promise<boolean> {
  try {
    if ((await handle.queryPermission?.(WRITE)) !== 'prompt') return true;
    return (await handle.requestPermission?.(WRITE)) === 'granted';
  } catch {
    // Nothing was pressed lately, so nobody may be asked.
    return false;
  }
}

/**
 * Writes a blob into a file, whole or not at all: the browser puts it in place when it is closed.
 * @returns the file's name
 * @throws StudioError PLACE_GONE, DISK_FULL
 */
export async function writeToPlace(
  client: Pick<Client, 'download'>,
  handle: PlaceHandle,
  blob: string,
): Promise<string> {
  const { body } = await client.download(blob);
  try {
    const file = await handle.createWritable();
    // Closes it, or lets go of what was written where that fails.
    if (body) await body.pipeTo(file);
    else await file.close();
    return handle.name;
  } catch (error) {
    const name = error instanceof DOMException ? error.name : '';
    const message = error instanceof Error ? error.message : String(error);
    if (name === 'QuotaExceededError') throw new StudioError('DISK_FULL', message);
    throw new StudioError('PLACE_GONE', message);
  }
}
