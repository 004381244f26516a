/** Where the application's own files lie. */
import { expect, test } from 'vitest';
import { outsideArchive } from '../../../../main/services/paths.js';

test.each([
  ['/opt/Nativa/resources/app.asar', '/opt/Nativa/resources/app.asar.unpacked'],
  ['C:\\Nativa\\resources\\app.asar\\dist', 'C:\\Nativa\\resources\\app.asar.unpacked\\dist'],
  ['/opt/Nativa/resources/app.asar.unpacked', '/opt/Nativa/resources/app.asar.unpacked'],
  ['/home/ana/nativa', '/home/ana/nativa'],
])('models shipped with %s lie in %s', (root, place) => {
  expect(outsideArchive(root)).toBe(place);
});
