/** `npm run bench [-- OPTIONS]`: sets up what is missing, then measures. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { SetupError, root, runTool } from './program.mjs';
import { setUp } from './setup.mjs';

await runTool(async () => {
  await setUp();
  const bench = await import(pathToFileURL(join(root, 'dist', 'test', 'bench', 'run.js')).href);
  try {
    return await bench.run(process.argv.slice(2));
  } catch (error) {
    // Errors for people are one line here as everywhere.
    if (error.name !== 'NativaError') throw error;
    throw new SetupError(error.message);
  }
});
