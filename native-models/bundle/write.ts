import { readFile, readdir, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { NativaError } from '../errors.js';
import { MANIFEST_FILE, parseManifest, type BundleFileEntry } from './schema.js';
import { hashFile } from './verify.js';

/**
 * Fills `files` of a bundle's manifest with the size and SHA-256 of every file in the folder, and
 * writes it back once the whole manifest is valid. What the other fields say stays as it was.
 *
 * @param folder holds a `bundle.json` whose `files` may be absent or out of date
 * @returns names of the files written down, sorted
 * @throws {NativaError} BUNDLE_NOT_FOUND, BUNDLE_INVALID, BUNDLE_VERSION_UNKNOWN
 */
export async function writeManifest(folder: string): Promise<string[]> {
  const path = join(folder, MANIFEST_FILE);
  const draft = await readDraft(path);
  const files: Record<string, BundleFileEntry> = {};
  for (const name of (await listFiles(folder)).sort()) {
    const file = join(folder, name);
    files[name] = { size: (await stat(file)).size, sha256: await hashFile(file) };
  }
  const manifest = { ...draft, files };
  parseManifest(manifest, path);
  const temporary = `${path}.${process.pid}.tmp`;
  await writeFile(temporary, `${JSON.stringify(manifest, null, 2)}\n`);
  await rename(temporary, path);
  return Object.keys(files);
}

async function readDraft(path: string): Promise<object> {
  try {
    const json: unknown = JSON.parse(await readFile(path, 'utf8'));
    if (typeof json === 'object' && json !== null) return json;
  } catch (error) {
    throw new NativaError(
      'BUNDLE_NOT_FOUND',
      `${path} cannot be read as JSON: write its fields first, "files" is filled in here.`,
      { cause: error },
    );
  }
  throw new NativaError('BUNDLE_INVALID', `${path} must hold a JSON object.`);
}

/** Every file below the folder but the manifest and what a system hides there (.DS_Store, .git). */
async function listFiles(folder: string, prefix = ''): Promise<string[]> {
  const names: string[] = [];
  for (const entry of await readdir(join(folder, prefix), { withFileTypes: true })) {
    if (entry.name.startsWith('.')) continue;
    const name = `${prefix}${entry.name}`;
    if (entry.isDirectory()) names.push(...(await listFiles(folder, `${name}/`)));
    else if (name !== MANIFEST_FILE && !/\.tmp$/.test(name)) names.push(name);
  }
  return names;
}
