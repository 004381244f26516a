/** `npm run bench [-- OPTIONS]`: sets up what is missing, then measures. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root, runTool, setUp } from './setup.mjs';

await runTool(async () => {
  await setUp();
  const bench = await import(pathToFileURL(join(root, 'dist', 'test', 'bench', 'run.js')).href);
  return bench.run(process.argv.slice(2));
});
