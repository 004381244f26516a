import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { COMMANDS } from '../../../../renderer/commands/index.js';
import { commandsFor } from '../../../../renderer/commands/registry.js';
import { shownKeys } from '../../../../renderer/commands/keys.js';
import { en } from '../../../../renderer/i18n/en/index.js';
import { enKeys } from '../../../../renderer/i18n/en/keys.js';

const README = fileURLToPath(new URL('../../../../README.md', import.meta.url));
const [BEGIN, END] = ['<!-- shortcuts -->', '<!-- /shortcuts -->'];

/** The keys of all commands that have some, as a table. */
function table(): string {
  const shown = commandsFor(COMMANDS, { host: 'browser', mac: false, places: true });
  const rows = shown
    .filter(({ keys }) => keys !== undefined && keys.length > 0)
    .map(({ id, keys = [] }) => {
      const shown = keys.map((key) => `\`${shownKeys(key, false, enKeys)}\``).join(', ');
      return `| ${en[`command.${id}`]} | ${shown} |`;
    });
  return ['| command | keys |', '| --- | --- |', ...rows].join('\n');
}

/** Cells without the spaces that a formatter puts around them. */
const bare = (text: string): string =>
  text
    .replace(/ *\| */g, '|')
    .replace(/-+/g, '-')
    .trim();

test('the table of shortcuts in the README is what the registry says', async () => {
  const readme = await readFile(README, 'utf8');
  const [before = '', rest = ''] = readme.split(BEGIN);
  const [inside = '', after = ''] = rest.split(END);
  if (process.env.NATIVA_UPDATE === '1') {
    await writeFile(README, `${before}${BEGIN}\n\n${table()}\n\n${END}${after}`);
    return;
  }
  expect(bare(inside), 'run it with NATIVA_UPDATE=1 to write the table anew').toBe(bare(table()));
});
