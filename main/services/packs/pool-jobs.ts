/** All that threads do to pixels, one way or the other. */
import { packed, type PackJob, type Packed } from './jobs.js';
import { unpacked, type UnpackJob, type Unpacked } from './unpack.js';

export type Job = PackJob | UnpackJob;
export type Done<J extends Job> = J extends PackJob ? Packed : Unpacked;

/** Does one job. */
export function done(job: Job): Packed | Unpacked {
  return job.kind === 'strip' || job.kind === 'loose' ? unpacked(job) : packed(job);
}
