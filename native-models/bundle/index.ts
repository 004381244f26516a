export { isUnchanged, loadBundle, readManifest, weightFiles, type Bundle } from './load.js';
export {
  MANIFEST_FILE,
  SCHEDULERS,
  TOKEN_SCALES,
  bundlePathSchema,
  firstIssue,
  parseManifest,
  schedulerNameSchema,
  tokenScaleSchema,
  type BundleManifest,
  type SchedulerName,
  type TokenScale,
} from './schema.js';
export {
  hashFiles,
  modelHash,
  moveVerdicts,
  verifyBundle,
  type Verified,
  type VerifyOptions,
  type VerifyProgress,
} from './verify.js';
export { isInside, readJson, systemErrorCode } from './files.js';
export { sweepStaging } from './staging.js';
export { writeManifest } from './write.js';
