import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Notification } from '../../src/lib/alerts/index.js';
import type { Value } from '../../src/lib/conditions/index.js';
import type { Incident } from '../../src/lib/incidents/incident.js';
import { type FiringAlert, respond } from '../../src/lib/incidents/index.js';
import type { Run } from '../../src/lib/incidents/run.js';
import { testContext } from './context.js';
import { testServer } from './database.js';
import { run, runJson, temporaryDirectory } from './run.js';

/** The guide's playbooks, as its YAML says. */
const GUIDE_PLAYBOOKS = [
  {
    name: 'application-down',
    triggers: ['health_check_failed'],
    actions: ['restart_application', 'notify_team', 'create_incident_ticket'],
  },
  {
    name: 'high-error-rate',
    triggers: ['error_rate > 0.05'],
    actions: ['enable_debug_logging', 'notify_team', 'analyze_recent_errors'],
  },
  {
    name: 'database-slow',
    triggers: ['avg_query_time > 1000'],
    actions: ['analyze_slow_queries', 'optimize_database', 'notify_dba_team'],
  },
];

export type Metrics = Readonly<Record<string, Value>>;

/** Evaluations of the alerts on a clock of the test's, with real files, programs and servers behind the actions. */
export function incidentSite(sections: Readonly<Record<string, unknown>> = {}) {
  const directory = temporaryDirectory();
  const config = join(directory, '.monitoringrc.json');
  const state = join(directory, 'state');
  mkdirSync(state, { mode: 0o700 });
  const base = {
    incidents: GUIDE_PLAYBOOKS,
    stateDirectory: state,
    database: { ...testServer, database: 'postgres', sslmode: 'disable' },
    alerting: { channels: { slack: { webhook: 'http://127.0.0.1:9/hook' } } },
  };
  const configure = (changed: Readonly<Record<string, unknown>>) =>
    writeFileSync(config, JSON.stringify({ ...base, ...changed }), { mode: 0o600 });
  configure(sections);
  const enqueued: Notification[] = [];
  let now = new Date('2026-11-23T03:00:00.000Z');
  const pass = (milliseconds: number) => {
    now = new Date(+now + milliseconds);
  };
  const evaluate = (
    metrics: Metrics,
    {
      firing = [],
      signal,
      env,
    }: { firing?: FiringAlert[]; signal?: AbortSignal; env?: Readonly<Record<string, string>> } = {},
  ) => {
    const context = testContext({ configFlags: { config }, ...(signal && { signal }), ...(env && { env }) });
    const enqueue = async (notifications: readonly Notification[]) => enqueued.push(...notifications);
    const sample = { values: new Map(Object.entries(metrics)) };
    return respond({ ...context, now: () => now }, { sample, firing, enqueue, pace: (work) => work() });
  };
  const records = <T>(path: string): T[] =>
    readdirSync(path, { withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith('.json'))
      .map(({ name }) => JSON.parse(readFileSync(join(path, name), 'utf8')));
  return {
    directory,
    config,
    state,
    configure,
    evaluate,
    pass,
    enqueued,
    /** What people were told, once each. */
    told: () => [...new Set(enqueued.map(({ event }) => `${event.id}: ${event.summary}`))],
    incidents: () => records<Incident>(join(state, 'incidents')),
    runs: () => records<Run>(join(state, 'incidents', 'runs')).sort((one, other) => one.id.localeCompare(other.id)),
    audit: () =>
      readFileSync(join(state, 'audit.jsonl'), 'utf8')
        .trim()
        .split('\n')
        .map((line): { action: string; subject: string; outcome: string } => JSON.parse(line)),
    run: (...argv: readonly string[]) => run([...argv, '--config', config]),
    json: (...argv: readonly string[]) => runJson([...argv, '--config', config]),
  };
}
