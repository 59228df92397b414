/** The checks of `doctor`, in the order shown. To add one: a file, and a line here. */
import type { Check } from '../check.js';
import { backend } from './backend.js';
import { clock } from './clock.js';
import { configuration } from './configuration.js';
import { database } from './database.js';
import { logDirectory } from './log-directory.js';
import { metrics } from './metrics.js';
import { node } from './node.js';
import { rightsToBackUp, rightsToInspect, rightsToMaintain } from './rights.js';
import { role } from './role.js';
import { secrets } from './secrets.js';
import { stateDirectory } from './state-directory.js';
import { compression, flock, pgDump, psql } from './tools.js';

export const checks: readonly Check[] = [
  node,
  configuration,
  secrets,
  stateDirectory,
  backend,
  metrics,
  database,
  role,
  rightsToInspect,
  rightsToMaintain,
  rightsToBackUp,
  clock,
  flock,
  compression,
  pgDump,
  psql,
  logDirectory,
];
