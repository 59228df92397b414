/** What is wrong with rules that are valid: those that never fire, or fire and nobody hears. Pure. */
import { comparisonsIn, evaluate, possibleValues } from '../conditions/index.js';
import type { Config } from '../config/index.js';
import type { Levels } from '../levels.js';
import { formatDuration } from '../measures.js';
import { metrics } from '../metrics/index.js';
import type { Finding, Severity } from '../status.js';
import { GAP_MS } from './engine/clock.js';
import { ALERT_SEVERITIES, type Rule } from './rule.js';

export interface Surroundings {
  readonly rules: readonly Rule[];
  readonly kpis: Config['kpis'];
  readonly hasChannels: boolean;
  /** Pause between two evaluations. */
  readonly intervalMs: number;
}

/** Every finding that an operator would want to act on. */
export function lintRules(surroundings: Surroundings): readonly Finding[] {
  const { rules, hasChannels } = surroundings;
  const found = rules.flatMap((rule) => LINTS.flatMap((lint) => lint(rule, surroundings)));
  return hasChannels ? found : [nobodyListens, ...found];
}

type Lint = (rule: Rule, surroundings: Surroundings) => readonly Finding[];

const LINTS: readonly Lint[] = [
  neverOrAlwaysFires,
  clearContradicts,
  neverProvesItself,
  nobodyIsTold,
  milderInhibits,
  escalationChangesNothing,
  remindsAtEachEvaluation,
  fewSamplesSuffice,
  farBeyondTheKpi,
  hasNoRunbook,
];

const finding =
  (severity: Severity) =>
  (what: string, message: string, hint: string): Finding => ({ code: `VOPS-ALERT-${what}`, severity, message, hint });
const problem = finding('error');
const warning = finding('warning');
const note = finding('info');

const nobodyListens = problem(
  'NO-CHANNELS',
  'no channel is configured: nobody hears of any alert',
  'add one under alerting.channels',
);

function neverOrAlwaysFires({ name, condition }: Rule): Finding[] {
  const truths = possibleValues([condition], metrics)?.map((values) => evaluate(condition, values));
  if (truths === undefined) return [];
  if (!truths.includes(true)) {
    const isShare = condition.paths.some((path) => metrics.get(path)?.unit === 'fraction');
    const hint = isShare ? 'a share is between 0 and 1: 5 % is written 5% or 0.05' : 'mend the condition';
    return [problem('NEVER-FIRES', `${name} can never fire: ${condition.text}`, hint)];
  }
  if (truths.includes(false)) return [];
  return [problem('ALWAYS-FIRES', `${name} always fires: ${condition.text}`, 'mend the condition')];
}

function clearContradicts({ name, condition, clear }: Rule): Finding[] {
  if (clear === undefined) return [];
  const cases = possibleValues([condition, clear], metrics);
  if (cases === undefined) return [];
  if (cases.every((values) => evaluate(clear, values) === false)) {
    const message = `${name} can never end: its clear is never true: ${clear.text}`;
    return [problem('NEVER-CLEARS', message, 'mend clear, or leave it out')];
  }
  if (!cases.some((values) => evaluate(clear, values) && evaluate(condition, values))) return [];
  const message = `${name} can fire and end at once: ${condition.text} and ${clear.text} can both be true`;
  return [warning('CLEAR-OVERLAPS', message, 'clear must be on the good side of the condition')];
}

function neverProvesItself({ name, forMs }: Rule, { intervalMs }: Surroundings): Finding[] {
  if (forMs === 0 || intervalMs <= GAP_MS) return [];
  const message = `${name} can never fire: its for begins anew after ${formatDuration(GAP_MS)} without an evaluation, and alerting.interval is ${formatDuration(intervalMs)}`;
  return [problem('NEVER-PROVEN', message, 'evaluate more often, and set alerting.interval; or leave out for')];
}

function nobodyIsTold({ name, severity, channels, escalate }: Rule, { hasChannels }: Surroundings): Finding[] {
  const isHeard = channels.length > 0 || (escalate !== undefined && escalate.channels.length > 0);
  if (!hasChannels || isHeard || severity === 'info') return [];
  const message = `no channel is told of ${name} (${severity})`;
  const hint = 'name channels, or lower the minSeverity of one';
  return [severity === 'critical' ? problem('UNHEARD', message, hint) : warning('UNHEARD', message, hint)];
}

function milderInhibits({ name, severity, inhibitedBy }: Rule, { rules }: Surroundings): Finding[] {
  if (severity !== 'critical') return [];
  const milder = rules.filter((other) => inhibitedBy.includes(other.name) && other.severity !== 'critical');
  return milder.map((other) =>
    warning(
      'MILDER-INHIBITS',
      `${other.name} is only ${other.severity}, and keeps the critical ${name} quiet`,
      `take it out of inhibitedBy of ${name}, or make it critical`,
    ),
  );
}

function escalationChangesNothing({ name, severity, channels, escalate }: Rule): Finding[] {
  if (escalate === undefined || escalate.severity !== severity) return [];
  if (escalate.channels.some((channel) => !channels.includes(channel))) return [];
  const message = `${name} escalates to the severity and the channels it has already`;
  return [warning('IDLE-ESCALATION', message, 'name another severity or other channels under escalate')];
}

function remindsAtEachEvaluation({ name, kind, cooldownMs }: Rule, { intervalMs }: Surroundings): Finding[] {
  if (kind === 'event' || cooldownMs >= intervalMs) return [];
  const message = `${name} reminds at every evaluation: its cooldown is ${formatDuration(cooldownMs)}, alerting.interval ${formatDuration(intervalMs)}`;
  return [warning('SHORT-COOLDOWN', message, 'people stop reading what comes every minute: set a longer cooldown')];
}

function fewSamplesSuffice({ name, condition, minSamples, confidence }: Rule): Finding[] {
  const [path] = condition.paths.filter((candidate) => metrics.get(candidate)?.samples !== undefined);
  if (path === undefined || minSamples.size > 0 || confidence !== undefined) return [];
  const message = `${name} fires on a single bad sample: ${path} has no minSamples`;
  return [note('FEW-SAMPLES', message, 'leave minSamples at its default, or set confidence')];
}

/** So many times the level that the configuration calls critical. */
const FAR = 2;

const KPI_OF = {
  'hooks.errorRate': 'errorRate',
  'hooks.averageExecutionTime': 'hookExecutionTimeMs',
  'system.responseTime': 'responseTimeMs',
  'host.memoryUsage': 'memoryUsage',
  'host.diskUsage': 'diskUsage',
  'jobs.queueSize': 'queueBacklog',
} as const satisfies Record<string, keyof Config['kpis']>;

function farBeyondTheKpi({ name, condition }: Rule, { kpis }: Surroundings): Finding[] {
  return comparisonsIn(condition).flatMap(({ path, operator, limit }) => {
    const kpi = Object.entries(KPI_OF).find(([metric]) => metric === path)?.[1];
    if (kpi === undefined || !operator.startsWith('>')) return [];
    const { target, warning: warningLevel, critical }: Levels = kpis[kpi];
    const worst = critical ?? warningLevel ?? target;
    if (limit <= worst * FAR) return [];
    const message = `${name} waits for ${path} above ${limit}, far beyond kpis.${kpi} (${worst})`;
    return [note('FAR-FROM-KPI', message, 'lower the limit, or correct the KPI')];
  });
}

function hasNoRunbook({ name, severity, runbook }: Rule): Finding[] {
  if (runbook !== undefined || ALERT_SEVERITIES.indexOf(severity) === 0) return [];
  const message = `${name} has no runbook`;
  return [note('NO-RUNBOOK', message, 'whoever is woken by it should read what to do: set runbook to an address')];
}
