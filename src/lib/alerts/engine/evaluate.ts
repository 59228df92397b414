/** One evaluation of all rules: pure, so that the same state and the same figures always say the same. */
import type { Notification } from '../event.js';
import { ALERT_SEVERITIES, type Rule } from '../rule.js';
import { adoptStored } from './adopt.js';
import type { AlertRecord, AlertState } from './alert-state.js';
import { atPresent } from './clock.js';
import { valuesOf } from './compose.js';
import type { Evaluated, Evaluation, Transition, Verdict } from './evaluation.js';
import { type Muting, mutingBy } from './mute.js';
import { worstNumbers } from './peak.js';
import { newRecord, stepAlert, toInactive } from './step.js';
import { stepEvent } from './step-event.js';
import { type Surroundings, severityOf, tell } from './tell.js';

const UNKNOWN: Verdict = { truth: null, clears: null };

/** An alert before and after its step; `rule` is undefined for one that was removed from the configuration. */
interface Step {
  readonly rule: Rule | undefined;
  readonly before: AlertRecord;
  readonly after: AlertRecord;
}

/**
 * Moves every alert on, and says who has to be told what. Commit the state only after the notifications are stored: an
 * evaluation that was cut short in between is repeated with the old state, and says the same under the same ids; what has
 * changed since is told as a change from what was stored. No two rules have one name.
 */
export function evaluateRules(evaluation: Evaluation): Evaluated {
  const state = adoptStored(atPresent(evaluation.state, evaluation.now.getTime()), evaluation);
  const steps = [...stepRules(evaluation, state), ...stepRemoved(evaluation, state)];
  const firing = namesOfFiring(steps);
  const muting = mutingBy(evaluation, new Set(firing));
  const surroundings: Surroundings = { evaluation, muting, firing };
  const alerts = new Map<string, AlertRecord>();
  const notifications: Notification[] = [];
  for (const { rule, after } of steps) {
    const telling = tell(after, rule, surroundings);
    notifications.push(...telling.notifications);
    if (!isInitial(telling.record, state)) alerts.set(after.rule, tidy(telling.record));
  }
  const transitions = steps.flatMap((step) => transitionsOf(step, evaluation, muting));
  const { now, environment } = evaluation;
  return { state: { ...state, evaluatedAt: now.getTime(), environment, alerts }, notifications, transitions };
}

function stepRules(evaluation: Evaluation, state: AlertState): Step[] {
  const now = evaluation.now.getTime();
  const steps: Step[] = [];
  for (const rule of evaluation.rules) {
    const known = state.alerts.get(rule.name);
    const verdict = evaluation.verdicts.get(rule.name) ?? UNKNOWN;
    if (known === undefined && verdict.truth === false) continue; // nearly every rule, nearly always
    const before = known ?? newRecord(rule.name, state.episodeBase);
    const after =
      rule.kind === 'event'
        ? stepEvent(before, rule, { verdict, now, evaluation })
        : withPeak(stepAlert(before, rule, { verdict, now, episodeBase: state.episodeBase }), rule, evaluation);
    steps.push({ rule, before, after });
  }
  return steps;
}

function withPeak(record: AlertRecord, { condition }: Rule, { values }: Evaluation): AlertRecord {
  if (record.phase !== 'firing') return record;
  const peak = worstNumbers(condition, record.peak, values);
  return peak === record.peak ? record : { ...record, peak };
}

/** What is no longer configured ends. */
function stepRemoved({ rules }: Evaluation, state: AlertState): Step[] {
  const configured = new Set(rules.map(({ name }) => name));
  return [...state.alerts.values()]
    .filter(({ rule }) => !configured.has(rule))
    .map((before) => {
      const ended: AlertRecord = { ...toInactive(before), changes: undefined, flapping: undefined, owed: undefined };
      return {
        rule: undefined,
        before,
        after: { ...ended, seen: undefined, isAdopted: undefined, unknownSince: undefined },
      };
    });
}

/** Worst first. */
function namesOfFiring(steps: readonly Step[]): string[] {
  const names = new Map(ALERT_SEVERITIES.toReversed().map((severity) => [severity, [] as string[]]));
  for (const { rule, after } of steps) if (rule && after.phase === 'firing') names.get(rule.severity)?.push(rule.name);
  return [...names.values()].flat();
}

const isInitial = ({ phase, episode, changes, seen, unknownSince }: AlertRecord, { episodeBase }: AlertState) =>
  phase === 'inactive' &&
  episode === episodeBase &&
  changes === undefined &&
  seen === undefined &&
  unknownSince === undefined;

/** Without what only an episode needs, once every channel knows that it is over. */
function tidy(record: AlertRecord): AlertRecord {
  if (record.phase === 'firing' || record.flapping || record.owed) return record;
  if (record.told.some(({ firing, flapping }) => firing || flapping)) return record;
  if (record.firedAt === undefined) return record;
  return { ...record, firedAt: undefined, peak: undefined };
}

function transitionsOf({ rule, before, after }: Step, evaluation: Evaluation, muting: Muting): Transition[] {
  if (before === after) return [];
  const changes = changesBetween(before, after, rule);
  if (changes.length === 0) return [];
  const severity = severityOf(after, rule, evaluation.now.getTime());
  const mutedBy = rule && muting(rule, severity);
  const reason = rule ? (after.unknownSince === undefined ? undefined : 'no data') : 'the rule was removed';
  return changes.map((change) => ({
    rule: after.rule,
    at: evaluation.now.toISOString(),
    change,
    episode: after.episode,
    severity,
    values: rule ? valuesOf(rule, evaluation.values) : {},
    ...(mutedBy !== undefined && { mutedBy }),
    ...(reason !== undefined && { reason }),
  }));
}

function changesBetween(before: AlertRecord, after: AlertRecord, rule: Rule | undefined): Transition['change'][] {
  const changes: Transition['change'][] = [];
  if (before.phase !== after.phase) {
    if (after.phase !== 'inactive') changes.push(after.phase);
    else changes.push(before.phase === 'firing' ? 'resolved' : 'cancelled');
  }
  if (rule?.kind === 'event' && after.episode !== before.episode) changes.push('happened');
  if (before.flapping !== after.flapping) changes.push(after.flapping ? 'flapping-started' : 'flapping-ended');
  return changes;
}
