/** The configuration: found, read, checked and resolved once; everything after trusts it. */
export type { AlertRule } from './alerting.js';
export { effectiveValues } from './effective.js';
export { type MaskedText, readMasked } from './exposure.js';
export {
  checkMaskedConfig,
  type Environments,
  type LoadOptions,
  listEnvironments,
  loadConfig,
  openEnvironments,
} from './load.js';
export { describeOrigin, formatPath, type Origin, type Path } from './origin.js';
export { invalidConfig, type Problem } from './problems.js';
export type { Config } from './schema.js';
export { isSecret, type Secret } from './secret.js';
export { isParsable, parseData } from './source.js';
export { readStrictFile } from './strict-file.js';
export { type Leaf, leavesOf } from './tree.js';
export { writeYaml } from './write-yaml.js';
