import { expect, test } from 'vitest';
import { acceleratorOf } from '../../../../../main/hosts/electron/accelerator.js';

test.each([
  ['Mod+Z', 'CommandOrControl+Z'],
  ['Mod+Shift+Z', 'CommandOrControl+Shift+Z'],
  ['Mod+Ctrl+F', 'CommandOrControl+Control+F'],
  ['Mod+Plus', 'CommandOrControl+Plus'],
  ['Mod+=', 'CommandOrControl+='],
  ['Mod+]', 'CommandOrControl+]'],
  ['Mod+,', 'CommandOrControl+,'],
  ['Mod+/', 'CommandOrControl+/'],
  ['Mod+ArrowUp', 'CommandOrControl+Up'],
  ['Mod+Enter', 'CommandOrControl+Return'],
  ['F2', 'F2'],
  ['Shift+F6', 'Shift+F6'],
])('%s is the same everywhere: %s', (keys, accelerator) => {
  expect(acceleratorOf(keys, false)).toBe(accelerator);
  expect(acceleratorOf(keys, true)).toBe(accelerator);
});

test.each([
  ...['B', 'Shift+M', '[', '?', 'Delete', 'Tab', 'Escape', 'Enter', 'Shift+Escape', '1'],
  // Option writes signs, and what deletes does so by words and lines.
  ...['Alt+N', 'Alt+1', 'Alt+Shift+N', 'Alt+]', 'Alt+Backspace', 'Mod+Backspace', 'Mod+Delete'],
])('%s is shown, but on macOS left to whoever types', (keys) => {
  expect(acceleratorOf(keys, false)).toMatch(/\S/);
  expect(acceleratorOf(keys, true)).toBeUndefined();
});

test.each(['Mod+Dead', 'Mod+ñ', 'Hyper+A', 'Mod+F25', '', 'Mod+'])(
  '%j is none that Electron knows',
  (keys) => {
    expect(acceleratorOf(keys, false)).toBeUndefined();
  },
);
