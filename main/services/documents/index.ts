/** Files in and out of the studio. */
export { exportPicture } from './export.js';
export { openFile } from './open.js';
export { PSD_MIME, writePsd } from './psd/write.js';
export type { PlacedPiece } from './pieces-entry.js';
export type { LazyTiles, WantedTile } from './lazy-tiles.js';
export { ProjectTiles } from './project-tiles.js';
export { SharedFile, stayingBlob, type StayingSource } from './source.js';
export { ORA_MIME, writeProject } from './write-ora.js';
export type { Watched } from './watched.js';
export type { Write } from './zip/write.js';
