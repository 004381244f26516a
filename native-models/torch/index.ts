export { readTorchFile, type TorchFile, type TorchParameter } from './file.js';
export type { TorchDict, TorchValue } from './values.js';
