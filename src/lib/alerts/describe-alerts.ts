/** How the alerts stand after an evaluation, for people and programs. Pure. */
import type { AlertCheck, FiringAlert } from './check-result.js';
import { type AlertRecord, severityOf } from './engine/index.js';
import type { EvaluatedNow, Moment } from './evaluate-now.js';
import { ALERT_SEVERITIES, type Rule } from './rule.js';

/** All of the result but what delivery adds. */
export function describeAlerts(
  { rules, sample }: Moment,
  evaluated: EvaluatedNow,
): Omit<AlertCheck, 'headline' | 'delivery'> {
  const byName = new Map(rules.map((rule) => [rule.name, rule]));
  const records = [...evaluated.state.alerts.values()];
  const inPhase = (phase: AlertRecord['phase']) => records.filter((record) => record.phase === phase);
  const firing = inPhase('firing').flatMap((record) => {
    const rule = byName.get(record.rule);
    return rule === undefined ? [] : [describeFiring(record, rule, { sample, evaluated })];
  });
  return {
    rules: rules.length,
    firing: firing.toSorted(worstFirst),
    pending: inPhase('pending').map(({ rule, pendingSince }) => ({ rule, since: timeOf(pendingSince, sample.at) })),
    transitions: [...evaluated.transitions],
    messages: evaluated.notifications.map(({ channel, event: { rule, kind, id } }) => ({ channel, rule, kind, id })),
    problems: [...sample.problems].map(([source, { code, message }]) => ({ source, code, message })),
  };
}

interface Surroundings {
  readonly sample: Moment['sample'];
  readonly evaluated: EvaluatedNow;
}

function describeFiring(record: AlertRecord, rule: Rule, { sample, evaluated }: Surroundings): FiringAlert {
  const severity = severityOf(record, rule, sample.at.getTime());
  return {
    rule: rule.name,
    severity,
    since: timeOf(record.firedAt, sample.at),
    values: Object.fromEntries(rule.condition.paths.map((path) => [path, sample.values.get(path) ?? null])),
    condition: rule.condition.text,
    mutedBy: evaluated.muting(rule, severity) ?? null,
    isFlapping: record.flapping === true,
    runbook: rule.runbook ?? null,
  };
}

const timeOf = (time: number | undefined, fallback: Date): string => new Date(time ?? fallback).toISOString();

const worstFirst = (one: FiringAlert, other: FiringAlert): number =>
  ALERT_SEVERITIES.indexOf(other.severity) - ALERT_SEVERITIES.indexOf(one.severity) ||
  (one.since < other.since ? -1 : 1);
