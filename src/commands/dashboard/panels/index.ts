/** The panels in their order, which is that of their keys: the guide's four, then what this host knows. */
import type { Panel } from '../../../lib/dashboard/index.js';
import { alerts } from './alerts.js';
import { backups } from './backups.js';
import { database } from './database.js';
import { hooks } from './hooks.js';
import { incidents } from './incidents.js';
import { jobs } from './jobs.js';
import { kpis } from './kpis.js';
import { system } from './system.js';

export const panels: readonly Panel[] = [system, hooks, jobs, database, alerts, incidents, kpis, backups];
