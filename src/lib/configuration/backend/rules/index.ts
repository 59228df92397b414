/** Rules about the backend's configuration. To add one: a function in its file, and a line here. */
import type { BackendRule } from '../judgement.js';
import { databaseOverTls, queriesNotLogged } from './database.js';
import { logsNotVerbose, nodeEnvironment, notInDevelopMode, playgroundClosed } from './debug.js';
import { envFileIsPrivate, filesNotWritable } from './files.js';
import { secretsAreOwn, secretsNotInFiles } from './secrets.js';
import { certificatesChecked, corsNamesOrigins, publicUrlOverTls, rateLimitsOn, securityHeaders } from './web.js';

export const BACKEND_RULES: readonly BackendRule[] = [
  secretsAreOwn,
  secretsNotInFiles,
  envFileIsPrivate,
  filesNotWritable,
  nodeEnvironment,
  notInDevelopMode,
  logsNotVerbose,
  playgroundClosed,
  corsNamesOrigins,
  securityHeaders,
  publicUrlOverTls,
  certificatesChecked,
  rateLimitsOn,
  databaseOverTls,
  queriesNotLogged,
];
