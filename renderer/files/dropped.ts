/** What was dropped or pasted: files, and those that lie in folders. */
import { StudioError } from '../bridge/client.js';
import { t } from '../i18n/index.svelte.js';

/** Names of files that can be opened; of folders only these are taken. */
const OPENED = /\.(?:png|jpe?g|jfif|webp|avif|tiff?|gif|svg|psd|ora)$/i;
/** The most that is taken of folders. */
const MOST = 200;

/** A file as it is, or a folder to be looked through. */
type Found = File | FileSystemDirectoryEntry;

/**
 * Files in the order they were given; those of folders by their names, hidden ones left out.
 * @throws StudioError EMPTY_FOLDER where folders hold nothing that can be opened
 */
export async function filesOf(transfer: DataTransfer | null): Promise<readonly File[]> {
  // What is not asked for at once is gone.
  const found = [...(transfer?.items ?? [])].flatMap((item): Found[] => {
    const entry = item.webkitGetAsEntry();
    if (entry?.isDirectory) return [entry as FileSystemDirectoryEntry];
    const file = item.getAsFile();
    return file ? [file] : [];
  });
  const files: File[] = [];
  for (const one of found) {
    if (one instanceof File) files.push(one);
    else await addFolder(one, files);
  }
  if (files.length === 0 && found.length > 0) {
    throw new StudioError('EMPTY_FOLDER', t('error.EMPTY_FOLDER'));
  }
  return files;
}

async function addFolder(folder: FileSystemDirectoryEntry, files: File[]): Promise<void> {
  const entries = await entriesOf(folder);
  entries.sort((one, other) => one.name.localeCompare(other.name, undefined, { numeric: true }));
  for (const entry of entries) {
    if (files.length >= MOST) return;
    if (entry.name.startsWith('.')) continue;
    if (entry.isDirectory) await addFolder(entry as FileSystemDirectoryEntry, files);
    else if (OPENED.test(entry.name)) files.push(await fileOf(entry as FileSystemFileEntry));
  }
}

/** All that lies in a folder; it is told in parts. */
async function entriesOf(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader();
  const all: FileSystemEntry[] = [];
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => {
      reader.readEntries(resolve, reject);
    });
    if (some.length === 0) return all;
    all.push(...some);
  }
}

const fileOf = (entry: FileSystemFileEntry): Promise<File> =>
  new Promise((resolve, reject) => {
    entry.file(resolve, reject);
  });
