/** The actions that a playbook may name. */
import { analyzeRecentErrors } from './analyze-recent-errors.js';
import { analyzeSlowQueries } from './analyze-slow-queries.js';
import { createIncidentTicket } from './create-incident-ticket.js';
import { enableDebugLogging } from './enable-debug-logging.js';
import { notifyDbaTeam, notifyTeam } from './notify.js';
import { optimizeDatabase } from './optimize-database.js';
import { restartApplication } from './restart-application.js';

export const actions = {
  restart_application: restartApplication,
  notify_team: notifyTeam,
  notify_dba_team: notifyDbaTeam,
  create_incident_ticket: createIncidentTicket,
  enable_debug_logging: enableDebugLogging,
  analyze_recent_errors: analyzeRecentErrors,
  analyze_slow_queries: analyzeSlowQueries,
  optimize_database: optimizeDatabase,
} as const;

export type ActionName = keyof typeof actions;
export const ACTION_NAMES = Object.keys(actions) as [ActionName, ...ActionName[]]; // keys of the object above
