/** `node tools/make-bundle.mjs DIR`: fills "files" of DIR/bundle.json with sizes and SHA-256. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { SetupError, root, runTool } from './program.mjs';
import { setUp } from './setup.mjs';

await runTool(async () => {
  const folder = process.argv[2];
  if (folder === undefined) throw new SetupError('say which folder: make-bundle.mjs DIR');
  await setUp();
  const entry = join(root, 'dist', 'native-models', 'bundle', 'index.js');
  const { writeManifest } = await import(pathToFileURL(entry).href);
  try {
    const files = await writeManifest(folder);
    process.stdout.write(`${folder}: ${files.length} files written down\n`);
    return 0;
  } catch (error) {
    throw new SetupError(error.message);
  }
});
