export { loadBundle, readManifest, type Bundle, type ConfigJson } from './load.js';
export {
  BUNDLE_SCHEMA_VERSION,
  MANIFEST_FILE,
  SCHEDULERS,
  TOKEN_SCALES,
  bundleManifestSchema,
  firstIssue,
  parseManifest,
  schedulerNameSchema,
  tokenScaleSchema,
  type BundleManifest,
  type SchedulerName,
  type TokenScale,
} from './schema.js';
export {
  hashFile,
  modelHash,
  verifyBundle,
  type Verified,
  type VerifyOptions,
  type VerifyProgress,
} from './verify.js';
export { writeManifest } from './write.js';
