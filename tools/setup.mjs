/**
 * What `npm start`, `npm test` and `npm run bench` do first: install from the lockfile and build,
 * each only when something changed. Plain Node without dependencies, for a fresh clone has none.
 */
import { build, buildPage, isBuilt, isPageBuilt } from './setup/build.mjs';
import { checkNode, install, isInstalled } from './setup/install.mjs';
import { takeLock } from './setup/lock.mjs';

/** Commands that open no studio, so that its page need not be built for them. */
const withoutPage = new Set(['generate', 'edit', 'models', 'gpu', 'doctor', 'help']);

/**
 * Brings node_modules/ and dist/ up to date.
 *
 * @param page whether the studio's page is needed too
 * @throws {SetupError} Node too old, the install or the build failed
 */
export async function setUp({ page = true } = {}) {
  checkNode();
  const ready = () => isInstalled() && isBuilt() && (!page || isPageBuilt());
  if (ready()) return;
  const release = await takeLock();
  try {
    // Another start may have done the work while this one waited.
    if (!isInstalled()) await install();
    if (!isBuilt()) await build();
    if (page && !isPageBuilt()) await buildPage();
  } finally {
    release();
  }
}

/** Whether a command line opens the studio, as far as can be told before commander reads it. */
export function opensStudio(argv) {
  if (argv.some((word) => ['--help', '-h', '--version'].includes(word))) return false;
  return !argv.some((word) => withoutPage.has(word));
}
