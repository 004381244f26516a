/** The licences of what the studio is made of, as the page shows them: of all packages that ship. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './program.mjs';

/** Files that say on which terms a package is given. */
const TERMS = /^(?:licen[cs]e|copying|notice|third[-_]?party)/i;
/** Longer than any licence; some packages repeat those of what they are made of. */
const LONGEST = 400_000;

const readJson = (path) => JSON.parse(readFileSync(path, 'utf8'));

/** Folders of the packages that run beside the page, those that this system has. */
function shippedFolders() {
  const { packages } = readJson(join(root, 'package-lock.json'));
  return Object.entries(packages)
    .filter(([folder, { dev, devOptional }]) => folder !== '' && !dev && !devOptional)
    .map(([folder]) => folder)
    .filter((folder) => existsSync(join(root, folder, 'package.json')));
}

/** Folders of the packages that a bundle has modules of. @param modules paths of modules */
function bundledFolders(modules) {
  const found = modules.flatMap((path) => {
    const [inside] =
      /node_modules\/(?:@[^/]+\/)?[^/]+(?!.*node_modules)/.exec(path.replaceAll('\\', '/')) ?? [];
    return inside ?? [];
  });
  return found.filter((folder) => existsSync(join(root, folder, 'package.json')));
}

/** What files say; libraries that are compiled in are named in the README of their package. */
function termsOf(folder) {
  const names = readdirSync(join(root, folder)).filter(
    (name) => TERMS.test(name) || (folder.includes('libvips') && name === 'README.md'),
  );
  return names
    .sort()
    .map((name) => readFileSync(join(root, folder, name), 'utf8').trim())
    .join('\n\n')
    .slice(0, LONGEST);
}

/**
 * The packages that ship, by name.
 * @param modules paths of the modules of the page's bundle
 * @returns `{ name, version, licence, text }` each; `text` is empty where the package has none
 */
export function licences(modules) {
  const folders = new Set([...shippedFolders(), ...bundledFolders(modules)]);
  return [...folders]
    .map((folder) => {
      const { name, version, license } = readJson(join(root, folder, 'package.json'));
      const licence = typeof license === 'string' ? license : (license?.type ?? '');
      return { name, version, licence, text: termsOf(folder) };
    })
    .sort((a, b) => a.name.localeCompare(b.name, 'en'));
}
