/** Files in and out of the studio. */
export type { Blobs } from './blobs-port.js';
export { exportPicture, exportPsd } from './export.js';
export { openFile, type OpenOptions } from './open.js';
export { blobSource } from './source.js';
export { ORA_MIME, writeProject } from './write-ora.js';
