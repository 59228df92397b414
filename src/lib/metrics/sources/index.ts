/** Every source but the caller itself. */
import { applicationDatabase } from './application-database.js';
import { changes } from './changes.js';
import { flags } from './flags.js';
import { health } from './health.js';
import { host } from './host.js';
import { jobs } from './jobs.js';
import { performance } from './performance.js';
import { postgres } from './postgres.js';
import type { Source } from './source.js';
import { trends } from './trends.js';

export const sources: readonly Source[] = [
  health,
  performance,
  trends,
  jobs,
  applicationDatabase,
  changes,
  flags,
  host,
  postgres,
];
