/**
 * The only door to sharp. libvips ships loaders for SVG, PDF and more that are of no use here and
 * a risk with files from strangers, so every loader is shut and the six formats Nativa reads are
 * opened again, from memory only: no file is opened by libvips itself, whatever its name.
 */
import './sharp-binary.js';
import sharp from 'sharp';

const LOADERS = [
  'VipsForeignLoadPngBuffer',
  'VipsForeignLoadJpegBuffer',
  'VipsForeignLoadWebpBuffer',
  'VipsForeignLoadHeifBuffer',
  'VipsForeignLoadTiffBuffer',
  'VipsForeignLoadNsgifBuffer',
];

sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({ operation: LOADERS });
// Every picture is decoded once; a cache would only hold on to its memory.
sharp.cache(false);

export { sharp };
