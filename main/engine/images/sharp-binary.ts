/**
 * Opens sharp's binary where Electron runs on Linux; imported for that alone, before sharp.
 *
 * Electron brings the system's GLib into each of its processes, and libvips has one of its own. A few
 * calls of sharp's would be answered by the system's, which knows nothing of libvips' objects: they
 * are never freed, and with newer systems the process ends.
 */
import { createRequire } from 'node:module';
import { constants } from 'node:os';

/** Versions differ: that of the binary's package goes with that of sharp's. */
interface Places {
  readonly binary: string;
  readonly library: string;
}

/** Where sharp finds them; undefined where it has none for this system. */
function findBinary(): Places | undefined {
  const platform = `linux-${process.arch}`;
  try {
    const ofSharp = createRequire(createRequire(import.meta.url).resolve('sharp'));
    const binary = ofSharp.resolve(`@img/sharp-${platform}/sharp.node`);
    const library = createRequire(binary).resolve(`@img/sharp-libvips-${platform}/binary`);
    return { binary, library };
  } catch {
    return undefined;
  }
}

/**
 * Opens the binary so that it looks for what it calls in its own libraries first. The library is
 * opened before it in the usual way: it has to allocate as all of the process does.
 */
function openApart({ binary, library }: Places, flags: number): void {
  const dlopen = process.dlopen.bind(process);
  try {
    dlopen({ exports: {} }, library);
  } catch {
    // It is no module of Node's, which is told when it has been opened; it stays open.
  }
  process.dlopen = (module: object, path: string) => {
    dlopen(module, path, flags);
  };
  try {
    // Kept by Node's cache, where sharp finds it.
    createRequire(import.meta.url)(binary);
  } catch {
    // Sharp says better what is wrong with it.
  } finally {
    process.dlopen = dlopen;
  }
}

const { RTLD_DEEPBIND, RTLD_LAZY } = constants.dlopen;
const places = process.platform === 'linux' && process.versions.electron ? findBinary() : undefined;
if (places !== undefined) openApart(places, RTLD_LAZY | RTLD_DEEPBIND);
