/** Rules of kind `event`: what happens, rather than how things are. There is nothing to resolve. */
import type { Rule } from '../rule.js';
import type { AlertRecord } from './alert-state.js';
import type { Evaluation, Verdict } from './evaluation.js';
import { toInactive } from './step.js';

interface Seen {
  readonly verdict: Verdict;
  readonly now: number;
  readonly evaluation: Pick<Evaluation, 'values' | 'metrics'>;
}

/**
 * The record after one more evaluation at `now`. It happens when the condition begins to hold, and while it holds each
 * time a count in it has grown, or counts anew what came since the last evaluation. Each time, every channel is owed a
 * notice.
 */
export function stepEvent(before: AlertRecord, rule: Rule, { verdict, now, evaluation }: Seen): AlertRecord {
  const record = ofThisKind(before, rule);
  if (verdict.truth === null) return record;
  if (!verdict.truth) return record.seen ? { ...record, seen: undefined, isAdopted: undefined } : record;
  const { metrics } = evaluation;
  const seen = countsIn(rule, evaluation);
  const looked: AlertRecord = { ...record, seen, isAdopted: undefined };
  const isNews =
    record.seen === undefined ||
    Object.entries(seen).some(([path, count]) => isNewsFrom(record, count, { path, metrics }));
  if (!isNews) return looked;
  const peak = isUntold(record, rule) ? addCounts(seen, record.peak, metrics) : seen;
  return { ...looked, episode: record.episode + 1, firedAt: now, peak, owed: [...rule.channels] };
}

/** It may have been a rule of the other kind, or for other channels. */
function ofThisKind(record: AlertRecord, { channels }: Rule): AlertRecord {
  const ended =
    record.phase === 'inactive' && !record.flapping
      ? record
      : { ...toInactive(record), changes: undefined, flapping: undefined };
  const gone = record.owed?.filter((channel) => !channels.includes(channel)) ?? [];
  return gone.length === 0 ? ended : { ...ended, owed: without(record.owed, gone) };
}

/** The channels still owed a notice; undefined for none. */
export function without(owed: AlertRecord['owed'], channels: readonly string[]): AlertRecord['owed'] {
  const left = owed?.filter((channel) => !channels.includes(channel));
  return left?.length === 0 ? undefined : left;
}

/** Nobody has heard of what happened last: this notice will stand for both. */
const isUntold = ({ owed }: AlertRecord, { channels }: Rule) =>
  owed !== undefined && channels.every((channel) => owed.includes(channel));

function addCounts(
  counts: Readonly<Record<string, number>>,
  earlier: AlertRecord['peak'] = {},
  metrics: Evaluation['metrics'],
): Record<string, number> {
  const sumOf = (path: string, count: number) =>
    metrics.get(path)?.sinceLastEvaluation ? count + (earlier[path] ?? 0) : count;
  return Object.fromEntries(Object.entries(counts).map(([path, count]) => [path, sumOf(path, count)]));
}

/** A measure, such as a duration, is never the same twice: only counts that grow are news. */
function countsIn(
  { condition }: Pick<Rule, 'condition'>,
  { values, metrics }: Pick<Evaluation, 'values' | 'metrics'>,
): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const path of condition.paths) {
    const value = values.get(path);
    if (typeof value === 'number' && metrics.get(path)?.unit === 'count') counts[path] = value;
  }
  return counts;
}

function isNewsFrom(
  { seen, isAdopted }: AlertRecord,
  count: number,
  { path, metrics }: Pick<Evaluation, 'metrics'> & { readonly path: string },
): boolean {
  if (metrics.get(path)?.sinceLastEvaluation && !isAdopted) return count > 0;
  return count > (seen?.[path] ?? count);
}
