export { loadBundle, readManifest, weightFiles, type Bundle } from './load.js';
export {
  MANIFEST_FILE,
  SCHEDULERS,
  TOKEN_SCALES,
  firstIssue,
  schedulerNameSchema,
  tokenScaleSchema,
  type BundleManifest,
  type SchedulerName,
  type TokenScale,
} from './schema.js';
export { modelHash, verifyBundle, type Verified, type VerifyProgress } from './verify.js';
export { writeManifest } from './write.js';
