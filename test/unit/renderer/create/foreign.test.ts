import { expect, test } from 'vitest';
import { isForeign } from '../../../../renderer/create/foreign.js';
import { createDocument } from '../../../../renderer/document/create.js';
import { commit } from '../../../../renderer/document/history/commit.js';
import { createHistory } from '../../../../renderer/document/history/tree.js';
import { undo } from '../../../../renderer/document/history/travel.js';
import type { Recipe } from '../../../../renderer/document/types.js';

const blank = createDocument(8, 8);
const made = (key: string, recipe: Recipe | null = null) => ({ label: { key }, at: 1, recipe });
const recipe: Recipe = {
  kind: 'generate',
  prompt: 'a house',
  seed: 7,
  model: { id: 'starter', hash: '0' },
};

test('a photo that was opened is none of the model’s, whatever was painted on it', () => {
  const opened = createHistory(blank, made('history.open'));
  expect(isForeign(opened)).toBe(true);
  expect(isForeign(commit(opened, { ...blank }, made('command.tool.brush')))).toBe(true);
});

test('a picture of the model’s is, also when it was opened from its file', () => {
  expect(isForeign(null)).toBe(false);
  expect(isForeign(createHistory(blank, made('history.start')))).toBe(false);
  expect(isForeign(createHistory(blank, made('history.open', recipe)))).toBe(false);
});

test('a photo that is placed counts as long as the step is not undone', () => {
  const placed = commit(
    createHistory(blank, made('history.start')),
    { ...blank },
    made('command.file.place'),
  );
  expect(isForeign(placed)).toBe(true);
  expect(isForeign(undo(placed))).toBe(false);
});
