/** Values that messages are made of. */
import { z } from 'zod';

/** A blob that waits on the pixel route: raw RGBA or a file, uploaded or to be fetched. */
export const blobId = z.string().regex(/^[a-z0-9]{16,64}$/);
export const name = z.string().min(1).max(1000);
export const side = z.int().min(1).max(65_535);
export const unit = z.number().min(0).max(1);
export const count = z.int().min(0);

/** A name that a page makes up. */
export const workId = z.string().regex(/^[a-z0-9-]{8,40}$/);
