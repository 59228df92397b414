/** Makes the events that channels deliver. */
import { createHash } from 'node:crypto';
import type { Value } from '../../conditions/index.js';
import { formatBytes, formatDuration, formatPercent } from '../../measures.js';
import type { Metric } from '../../metrics/index.js';
import type { AlertEvent } from '../event.js';
import type { AlertSeverity, Rule } from '../rule.js';
import type { AlertRecord } from './alert-state.js';
import type { Evaluation } from './evaluation.js';
import { flappingShare } from './flapping.js';

export interface Occasion {
  readonly kind: AlertEvent['kind'];
  readonly severity: AlertSeverity;
  readonly episode: number;
  /** Which one of its kind in the episode, where there can be several. */
  readonly number: number | undefined;
  /** Undefined when the configuration no longer has it. */
  readonly rule: Rule | undefined;
  readonly record: AlertRecord;
  /** Names of the alerts that fire now, worst first. */
  readonly firing: readonly string[];
  readonly evaluation: Evaluation;
}

/** More would only make the message longer; grouping tells of each of them anyhow. */
const MAX_ALSO_FIRING = 20;

/** The event, complete. Its id depends on rule, episode and kind alone. */
export function composeEvent(occasion: Occasion): AlertEvent {
  const { kind, severity, episode, number, rule, record, firing, evaluation } = occasion;
  const { now, environment, host } = evaluation;
  return {
    id: eventId(record.rule, episode, number === undefined ? kind : `${kind}-${number}`),
    kind,
    rule: record.rule,
    episode,
    severity,
    summary: summarize(occasion),
    at: now.toISOString(),
    since: new Date(record.firedAt ?? now).toISOString(),
    values: rule ? valuesAt(occasion, rule) : {},
    ...(kind === 'resolved' && record.peak ? { peak: record.peak } : {}),
    ...(rule && { condition: rule.condition.text }),
    ...(rule?.description !== undefined && { description: rule.description }),
    ...(rule?.runbook !== undefined && { runbook: rule.runbook }),
    alsoFiring: firing.filter((name) => name !== record.rule).slice(0, MAX_ALSO_FIRING),
    environment,
    host,
  };
}

/** The figures now; of what happened, those of then, which may have been told late. */
const valuesAt = ({ record, evaluation }: Occasion, rule: Rule): Record<string, Value> =>
  rule.kind === 'event' ? { ...valuesOf(rule, evaluation.values), ...record.peak } : valuesOf(rule, evaluation.values);

/** The metrics of a rule's condition; null where one was not measured. */
export function valuesOf({ condition }: Rule, values: ReadonlyMap<string, Value>): Record<string, Value> {
  return Object.fromEntries(condition.paths.map((path) => [path, finite(values.get(path) ?? null)]));
}

const finite = (value: Value) => (typeof value === 'number' && !Number.isFinite(value) ? null : value);

/** `high-error-rate-3-reminder-2`. No two rules share an id: a name that has to be changed gets a part of its hash. */
export const eventId = (rule: string, episode: number, what: string) => `${slugOf(rule)}-${episode}-${what}`;

/** The number at the end of such an id. */
export const numberIn = (id: string): number => Number(/-(\d+)$/.exec(id)?.[1] ?? 1);

function slugOf(name: string): string {
  if (name.length <= 120 && /^[a-z0-9]+(-[a-z0-9]+)*$/.test(name)) return name;
  const words =
    name
      .toLowerCase()
      .match(/[a-z0-9]+/g)
      ?.join('-')
      .slice(0, 100) ?? 'rule';
  return `${words}-${createHash('sha256').update(name).digest('hex').slice(0, 12)}`;
}

function summarize(occasion: Occasion): string {
  const { kind, rule, record, evaluation } = occasion;
  if (rule === undefined) return 'the rule was removed from the configuration';
  const now = evaluation.now.getTime();
  const lasted = formatDuration(Math.max(0, now - (record.firedAt ?? now)));
  const values = describeValues(occasion, rule);
  const condition = `condition ${rule.condition.text}`;
  const share = formatPercent(Math.round(flappingShare(record.changes ?? 0) * 100) / 100);
  const summaries = {
    firing: `${values}, ${condition}`,
    reminder: `${values}, for ${lasted}, ${condition}`,
    escalated: `${values}, for ${lasted}, ${condition}`,
    resolved: `${values}, after ${lasted}`,
    'flapping-started': `begins and ends too often (${share} of the last evaluations): quiet until it settles`,
    'flapping-ended': `has settled, ${record.phase === 'firing' ? 'and fires' : 'and does not fire'}: ${values}`,
    notice: values,
  } as const satisfies Record<AlertEvent['kind'], string>;
  return summaries[kind];
}

function describeValues(occasion: Occasion, rule: Rule): string {
  const { record, evaluation } = occasion;
  const { metrics, now } = evaluation;
  const described = Object.entries(valuesAt(occasion, rule)).map(
    ([path, value]) => `${path} is ${describe(value, metrics.get(path)?.unit)}`,
  );
  const { unknownSince } = record;
  if (unknownSince !== undefined) described.push(`no data for ${formatDuration(now.getTime() - unknownSince)}`);
  return described.join(', ') || 'no figures';
}

const FORMATS: Partial<Record<Metric['unit'], (value: number) => string>> = {
  ms: formatDuration,
  s: (value) => formatDuration(value * 1000),
  fraction: formatPercent,
  bytes: formatBytes,
  perMinute: (value) => `${round(value)} a minute`,
};

function describe(value: Value, unit: Metric['unit'] = 'none'): string {
  if (value === null) return 'unknown';
  return typeof value === 'number' ? (FORMATS[unit] ?? round)(value) : String(value);
}

const round = (value: number) => String(Number(value.toPrecision(6)));
