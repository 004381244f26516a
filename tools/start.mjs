/** `npm start [-- COMMAND ...]`: sets up what is missing, then runs Nativa in this process. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root, runTool } from './program.mjs';
import { opensStudio, setUp } from './setup.mjs';

await runTool(async () => {
  const argv = process.argv.slice(2);
  await setUp({ page: opensStudio(argv) });
  // npm runs scripts in the repository; relative paths are meant from where the person stands.
  const { INIT_CWD: userFolder, npm_lifecycle_event: script } = process.env;
  if (script === 'start' && userFolder !== undefined) process.chdir(userFolder);
  const entry = await import(pathToFileURL(join(root, 'dist', 'main', 'start.js')).href);
  return entry.start(argv);
});
