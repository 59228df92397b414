/** The health checks, in the order in which they are shown. */
import type { HealthCheck } from '../check.js';
import { application } from './application.js';
import { database } from './database.js';
import { host } from './host.js';
import { jobs } from './jobs.js';
import { network } from './network.js';
import { process } from './process.js';

export const checks: readonly HealthCheck[] = [application, process, jobs, database, host, network];
