/** All changes of layers; each takes a document and gives another that shares what is the same. */
export * from './align.js';
export * from './arrange.js';
export * from './canvas.js';
export * from './content.js';
export * from './group.js';
export * from './guides.js';
export * from './masks.js';
export * from './merge.js';
export * from './properties.js';
export * from './select.js';
export * from './transform.js';
export * from './tree.js';
