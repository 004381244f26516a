import { describe, expect, test } from 'vitest';
import { COMMANDS } from '../../../../renderer/commands/index.js';
import { whyNot } from '../../../../renderer/commands/reasons.js';
import { enWords } from '../../../../renderer/i18n/en/words.js';
import { esWords } from '../../../../renderer/i18n/es/words.js';

/** What is open. */
const shown = (document: boolean, active: boolean) => ({
  document: document ? {} : null,
  active: active ? {} : null,
});

describe('why a command cannot be run', () => {
  test.each([
    ['edit.undo', 'why.undo'],
    ['create.accept', 'why.candidates'],
    ['create.repeat', 'why.made'],
    ['window.next', 'why.alone'],
  ] as const)('%s, whatever is open', (id, why) => {
    expect(whyNot(id, shown(false, false))).toBe(why);
    expect(whyNot(id, shown(true, true))).toBe(why);
  });

  test.each([
    ['select.grow', 'why.selection'],
    ['image.crop', 'why.selection'],
    ['mask.invert', 'why.mask'],
    ['layer.distributeVertical', 'why.three'],
    ['consistency.compare', 'why.before'],
    ['view.clearGuides', 'why.guides'],
  ] as const)('%s: first a picture, then what is missing in it', (id, why) => {
    expect(whyNot(id, shown(false, false))).toBe('why.document');
    expect(whyNot(id, shown(true, true))).toBe(why);
  });

  test('a layer comes before what is in it', () => {
    expect(whyNot('mask.invert', shown(true, false))).toBe('why.layer');
  });

  test('every command that may be refused in a picture with a layer has a reason of its own', () => {
    const refused = COMMANDS.filter(
      (command) => 'when' in command && !/^(?:file|edit|create)\./.test(command.id),
    );
    const vague = refused.filter(({ id }) => whyNot(id, shown(true, true)) === 'why.now');
    // These need no more than a picture.
    const all = vague.filter(({ id }) => !/^(?:image|view|adjust)\./.test(id));
    expect(all.map(({ id }) => id)).toEqual([]);
  });
});

test('other names are of commands that there are, and Spanish ones are not English', () => {
  const ids = new Set<string>(COMMANDS.map(({ id }) => id));
  expect(Object.keys(enWords).filter((id) => !ids.has(id))).toEqual([]);
  const same = Object.entries(esWords).filter(([id, words]) => Reflect.get(enWords, id) === words);
  expect(same).toEqual([]);
});
