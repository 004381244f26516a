import { NativaError } from '../errors.js';

/** A file of PyTorch's that cannot be used. */
export function brokenTorch(path: string, what: string): NativaError {
  const message = `${path} is not a usable file of PyTorch's: ${what}; download or copy it again.`;
  return new NativaError('BAD_WEIGHTS', message);
}

/** A file that asks for more than tables and tensors. */
export function unsafeTorch(path: string, what: string): NativaError {
  const message =
    `${path} asks for more than tensors: ${what}; nothing of it was run. ` +
    'Get the file from its publisher again, and do not open it with other programs.';
  return new NativaError('UNSAFE_WEIGHTS', message);
}
