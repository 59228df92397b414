/** The table of contents: a group has its own where it has several commands. Nothing is loaded until it is called. */
import type { CommandEntry } from '../lib/command.js';
import { alerts } from './alerts/index.js';
import { backup } from './backup/index.js';
import { capacity } from './capacity/index.js';
import { config } from './config/index.js';
import { db } from './db/index.js';
import { deps } from './deps/index.js';
import { featureFlags } from './feature-flags/index.js';
import { incidents } from './incidents/index.js';
import { logs } from './logs/index.js';
import { maintenance } from './maintenance/index.js';
import { performance } from './performance/index.js';

/** Words that hold several commands. */
export const groups: Readonly<Record<string, string>> = {
  performance: 'how the hooks perform',
  'performance baseline': 'a known normal',
  errors: 'errors of the hooks',
  queue: 'background jobs',
  db: 'PostgreSQL',
  backup: 'one catalogue of database dumps, file archives and configuration snapshots',
  capacity: 'what can run out, and when',
  config: 'configuration of this tool and of the backend',
  'feature-flags': 'how flags are used, and which are to go',
  logs: 'log files',
  alerts: 'rules, evaluation, delivery, silences',
  integrity: 'what must hold in the data, and what users do',
  security: 'who gets in, and what is open to others',
  docs: 'the handbook of this installation',
  maintenance: 'tiers: several commands as one run',
  incidents: 'playbooks, incident records, and the audit log',
  monitoring: 'the page for people',
  'incidents automation': 'the switch of the playbooks',
  deps: 'npm packages of the backend',
  init: 'first steps',
  help: 'topics beyond a command',
};

export const commands: readonly CommandEntry[] = [
  {
    path: 'health',
    summary: 'application, database, host, network and jobs in one verdict',
    load: () => import('./health.js'),
  },
  ...performance,
  {
    path: 'errors count',
    summary: 'how many hook runs failed',
    isDefault: true,
    load: () => import('./errors/count.js'),
  },
  { path: 'errors recent', summary: 'the latest errors, grouped by message', load: () => import('./errors/recent.js') },
  {
    path: 'queue status',
    summary: 'size, age and rate of the job queue',
    isDefault: true,
    load: () => import('./queue/status.js'),
  },
  {
    path: 'system',
    summary: 'the host now: CPU, memory, disks, network, processes',
    load: () => import('./system.js'),
  },
  {
    path: 'monitoring publish',
    summary: 'tell the page /admin/monitoring of alerts, incidents, KPIs and backups',
    load: () => import('./monitoring/publish.js'),
  },
  { path: 'kpi', summary: 'the twelve KPIs of the guide against their targets', load: () => import('./kpi.js') },
  { path: 'dashboard', summary: 'everything at a glance, live in the terminal', load: () => import('./dashboard.js') },
  ...db,
  ...backup,
  ...capacity,
  ...config,
  ...featureFlags,
  ...logs,
  ...alerts,
  {
    path: 'integrity check',
    summary: 'do the rules of the data hold, and can users do what they came for?',
    load: () => import('./integrity/check.js'),
  },
  {
    path: 'integrity list',
    summary: 'the checks and journeys, and how they stood last',
    load: () => import('./integrity/list.js'),
  },
  {
    path: 'security check',
    summary: 'logins and scans, accounts and tokens, rights of files and database, TLS',
    load: () => import('./security/check.js'),
  },
  {
    path: 'docs update',
    summary: 'the operations handbook of this installation, around what you wrote in it',
    load: () => import('./docs/update.js'),
  },
  ...maintenance,
  ...incidents,
  ...deps,
  {
    path: 'init templates',
    summary: 'files for systemd, cron, Prometheus, Grafana and others, made for this installation',
    isDefault: true,
    load: () => import('./init/templates.js'),
  },
  {
    path: 'init strapi',
    summary: 'put hook monitoring into a Strapi application',
    load: () => import('./init/strapi.js'),
  },
  { path: 'doctor', summary: 'is everything here that the commands need?', load: () => import('./doctor.js') },
  {
    path: 'demo',
    summary: 'try it: PostgreSQL, a sample backend, traffic and a daily run',
    load: () => import('./demo.js'),
  },
  { path: 'completion', summary: 'completion script for bash, zsh or fish', load: () => import('./completion.js') },
  { path: 'version', summary: 'version of viktoria-ops and Node.js', load: () => import('./version.js') },
  { path: 'help exit-codes', summary: 'what each exit code means', load: () => import('./help/exit-codes.js') },
];
