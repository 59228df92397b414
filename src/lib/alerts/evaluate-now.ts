/** What an evaluation is made of: the figures of this moment beside what was before. */
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import type { Value } from '../conditions/index.js';
import type { Config } from '../config/index.js';
import type { Context } from '../context.js';
import { metrics, type Sample, takeSample } from '../metrics/index.js';
import { isLocked } from '../process/index.js';
import type { Finding } from '../status.js';
import {
  type AlertState,
  type Evaluation,
  evaluateRules,
  type MaintenanceWindow,
  mutingBy,
  type Silence,
  type Verdict,
} from './engine/index.js';
import type { Notification } from './event.js';
import { judgeRule } from './judge.js';
import { storedNotifications } from './outbox/index.js';
import type { Rule } from './rule.js';
import { engineSilences, readSilences } from './silences.js';
import { openUptime, probeOf, readUptime, recordProbe, type UptimeHistory, uptimeMetrics } from './slo/index.js';
import { judgeSharing, openAlertState, readAlertState } from './state.js';

export interface Inquiry {
  readonly rules: readonly Rule[];
  /** Metrics besides those of the rules. */
  readonly alsoMeasure: readonly string[];
  /** `<state>/alerts`. */
  readonly directory: string;
}

/** All that an evaluation looks at. */
export interface Moment {
  readonly rules: readonly Rule[];
  readonly config: Config;
  readonly sample: Sample;
  readonly state: AlertState;
  /** What waits to be delivered. */
  readonly stored: readonly Notification[];
  readonly silences: readonly Silence[];
  /** With the probe of this moment. */
  readonly uptime: UptimeHistory;
  /** What was found amiss on the way. */
  readonly findings: readonly Finding[];
}

/** The moment, under the lock: what is damaged is moved aside. Errors: `VOPS-FILE`. */
export async function openMoment(context: Context, inquiry: Inquiry): Promise<Moment> {
  const { directory } = inquiry;
  const opened = await openAlertState(directory, context.now());
  return momentOf(context, inquiry, { opened, past: await openUptime(directory, context.now()) });
}

/** The same without changing anything. */
export async function viewMoment(context: Context, inquiry: Inquiry): Promise<Moment> {
  const { directory } = inquiry;
  return momentOf(context, inquiry, {
    opened: await readAlertState(directory, context.now()),
    past: await readUptime(directory),
  });
}

/** Metrics of this moment, as an evaluation would know them, for who evaluates no rules. Changes nothing. Errors: `VOPS-FILE`. */
export async function measureNow(context: Context, paths: readonly string[]): Promise<ReadonlyMap<string, Value>> {
  const directory = join((await context.config()).stateDirectory, 'alerts');
  return (await viewMoment(context, { rules: [], alsoMeasure: paths, directory })).sample.values;
}

interface Before {
  readonly opened: { readonly state: AlertState; readonly findings: readonly Finding[] };
  readonly past: { readonly history: UptimeHistory | undefined; readonly findings: readonly Finding[] };
}

async function momentOf(
  context: Context,
  { rules, alsoMeasure, directory }: Inquiry,
  { opened, past }: Before,
): Promise<Moment> {
  const config = await context.config();
  const [stored, silenced, isMaintained] = await Promise.all([
    storedNotifications(dirname(directory)),
    readSilences(directory),
    isLocked(join(dirname(directory), 'lock')),
  ]);
  const self = new Map<string, Value>([
    ['maintenance.running', isMaintained],
    ['delivery.oldestPendingAge', ageOf(stored, context.now())],
  ]);
  const paths = new Set([...rules.flatMap(pathsOf), ...alsoMeasure, 'system.status']);
  const measured = await takeSample(context, { paths, self, memory: opened.state.memory });
  const uptime = recordProbe(past.history, probeOf(measured.values.get('system.status') ?? null), measured.at);
  const { alerting, kpis } = config;
  const objective = { target: alerting.slo.target ?? kpis.uptime.target, windowMs: alerting.slo.window };
  const values = new Map([...measured.values, ...uptimeMetrics(uptime, objective, measured.at)]);
  const silences = [...engineSilences(silenced.silences), ...(isMaintained ? [tierWindow(measured.at)] : [])];
  const state = { ...opened.state, memory: measured.memory };
  const sharing = judgeSharing(opened.state, config.environment, directory);
  const findings = [...opened.findings, ...sharing, ...past.findings, ...silenced.findings];
  return { rules, config, sample: { ...measured, values }, state, stored, silences, uptime, findings };
}

/** Of every condition, and the counts behind what it looks at. */
const pathsOf = ({ condition, clear, minSamples }: Rule): string[] => [
  ...condition.paths,
  ...(clear?.paths ?? []),
  ...minSamples.keys(),
];

const ageOf = (stored: readonly Notification[], now: Date): number =>
  stored.reduce((oldest, { event }) => Math.max(oldest, (now.getTime() - Date.parse(event.at)) / 1000), 0);

/** A tier of maintenance makes hooks and statements slow for a while: that is no news. What is critical still is. */
const tierWindow = (now: Date): Silence => ({
  id: 'maintenance',
  rule: '*',
  severities: ['warning'],
  from: now,
  until: new Date(now.getTime() + 1),
  author: 'viktoria-ops',
  comment: 'a maintenance tier runs',
});

/** An evaluation, and what keeps its alerts quiet. */
export type EvaluatedNow = ReturnType<typeof evaluateNow>;

/** Evaluates the rules at this moment. Pure. */
export function evaluateNow({ rules, config, sample, state, stored, silences }: Moment) {
  const { channels, maintenanceWindows } = config.alerting;
  const evaluation: Evaluation = {
    rules,
    verdicts: new Map(rules.map((rule): [string, Verdict] => [rule.name, judgeRule(rule, sample.values)])),
    values: sample.values,
    state,
    now: sample.at,
    silences,
    stored,
    windows: maintenanceWindows.map(windowOf),
    channels: new Set(Object.keys(channels)),
    metrics,
    environment: config.environment,
    host: hostname(),
  };
  const evaluated = evaluateRules(evaluation);
  const firing = [...evaluated.state.alerts.values()].filter(({ phase }) => phase === 'firing');
  return { ...evaluated, muting: mutingBy(evaluation, new Set(firing.map(({ rule }) => rule))) };
}

function windowOf({ start, duration, ...window }: Config['alerting']['maintenanceWindows'][number]): MaintenanceWindow {
  const [hours = 0, minutes = 0] = start.split(':').map(Number);
  return { ...window, startMinute: hours * 60 + minutes, durationMs: duration };
}
