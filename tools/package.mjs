/**
 * Packages of the studio: `node tools/package.mjs [--linux|--win|--mac]` builds, makes the icons,
 * checks what would be packed, and lets electron-builder do it.
 */
import { makeIcons } from './icons.mjs';
import { askedSystem, checkPackages, report } from './packed-files.mjs';
import { SetupError, runProgram, runTool } from './program.mjs';
import { setUp } from './setup.mjs';

await runTool(async () => {
  await setUp();
  const system = askedSystem(process.argv.slice(2));
  await makeIcons();
  if (!report(system, checkPackages(system))) {
    throw new SetupError(`a package for ${system} would not be right; nothing was packed.`);
  }
  const windows = process.platform === 'win32';
  const args = ['--yes', 'electron-builder@26', `--${system}`, '--publish=never'];
  const { code } = await runProgram(windows ? 'npx.cmd' : 'npx', args, { shell: windows });
  return code;
});
