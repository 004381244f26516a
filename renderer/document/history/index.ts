/** The history of a document: making states, going between them, and what they hold in memory. */
export * from './commit.js';
export * from './marks.js';
export * from './memory.js';
export * from './travel.js';
export * from './tree.js';
