import { describe, expect, test } from 'vitest';
import { createDocument, createGroup } from '../../../../renderer/document/create.js';
import { Editor } from '../../../../renderer/state/editor.svelte.js';

const picture = () => ({ ...createDocument(30, 20), layers: [createGroup({ name: 'made' })] });
const recipe = {
  kind: 'generate',
  prompt: 'a duck',
  seed: 7,
  model: { id: 'starter', hash: 'h' },
} as const;

/** With nothing in it. */
function emptyEditor() {
  const failures: string[] = [];
  const editor = new Editor(
    (message) => failures.push(message),
    () => 'Untitled',
  );
  return { editor, failures };
}

describe('the first picture made where there is no document', () => {
  test('lies on a new canvas of its size: undo leads there and loses nothing', () => {
    const { editor } = emptyEditor();
    const made = picture();
    editor.commit('prompt.mode.generate', made, { recipe });
    expect(editor.document).toBe(made);
    expect(editor.name).toBe('Untitled');
    editor.undo();
    expect(editor.document).toEqual(createDocument(30, 20));
    expect([editor.canUndo, editor.canRedo]).toEqual([false, true]);
    // Closing it now would lose the picture.
    expect(editor.dirty).toBe(true);
    editor.redo();
    expect(editor.document).toBe(made);
  });

  test('made another time is a branch beside it', () => {
    const { editor } = emptyEditor();
    editor.commit('prompt.mode.generate', picture(), { recipe });
    const first = editor.tree?.current ?? -1;
    editor.undo();
    editor.commit('prompt.mode.generate', picture(), { recipe });
    const nodes = [...(editor.tree?.nodes.values() ?? [])];
    expect(nodes.map(({ parent }) => parent)).toEqual([null, 0, 0]);
    editor.goTo(first);
    expect(editor.tree?.nodes.get(first)?.recipe).toBe(recipe);
  });
});

test('an opened picture is the first state, saved, and gets one before it only where that is wanted', () => {
  const { editor } = emptyEditor();
  const opened = picture();
  editor.open(opened, 'duck', 'history.open', { params: { name: 'duck.png' }, recipe });
  expect([editor.canUndo, editor.dirty]).toEqual([false, false]);
  const before = editor.plant(createDocument(30, 20));
  expect(editor.document).toBe(opened);
  expect(editor.dirty).toBe(false);
  const again = editor.graft(before, picture(), { key: 'history.open' }, recipe);
  expect(editor.tree?.nodes.get(again)?.parent).toBe(editor.tree?.root);
});
