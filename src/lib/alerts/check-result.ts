/** What one evaluation of the rules came to, as data and in a sentence. */
import * as z from 'zod';
import { countOf, formatDuration } from '../measures.js';
import { shellWord } from '../shell-word.js';
import type { Finding, Severity } from '../status.js';
import { Transition } from './engine/index.js';
import { EVENT_KINDS } from './event.js';
import { DeliveryReport } from './outbox/index.js';
import { ALERT_SEVERITIES, type AlertSeverity } from './rule.js';

const Value = z.union([z.number(), z.string(), z.boolean(), z.null()]);

export const FiringAlert = z.object({
  rule: z.string(),
  severity: z.enum(ALERT_SEVERITIES),
  since: z.iso.datetime(),
  /** What its condition looks at, now; null for unknown. */
  values: z.record(z.string(), Value),
  condition: z.string(),
  /** What keeps it quiet: a silence, a maintenance window, another alert. */
  mutedBy: z.string().nullable(),
  isFlapping: z.boolean(),
  runbook: z.string().nullable(),
});
export type FiringAlert = z.output<typeof FiringAlert>;

export const AlertCheck = z.object({
  headline: z.string(),
  rules: z.number(),
  /** Worst first. */
  firing: z.array(FiringAlert),
  pending: z.array(z.object({ rule: z.string(), since: z.iso.datetime() })),
  transitions: z.array(Transition),
  /** Messages that this evaluation brought; in a dry run, that it would bring. */
  messages: z.array(z.object({ channel: z.string(), rule: z.string(), kind: z.enum(EVENT_KINDS), id: z.string() })),
  /** Null in a dry run. */
  delivery: DeliveryReport.nullable(),
  /** Sources that gave no answer. */
  problems: z.array(z.object({ source: z.string(), code: z.string(), message: z.string() })),
});
export type AlertCheck = z.output<typeof AlertCheck>;

/** The first line: what fires, and whether everybody was told. */
export function headlineOf({ rules, firing, pending, delivery }: Omit<AlertCheck, 'headline'>, now: Date): string {
  const loud = firing.filter(({ mutedBy }) => mutedBy === null);
  const named = loud.slice(0, 3).map(({ rule, severity, since }) => {
    const forMs = Math.max(0, now.getTime() - Date.parse(since));
    return `${rule} (${severity}${forMs >= 1000 ? `, for ${formatDuration(forMs)}` : ''})`;
  });
  const more = loud.length > named.length ? [`and ${loud.length - named.length} more`] : [];
  const quiet = firing.length - loud.length;
  return [
    loud.length === 0 ? 'no alert fires' : `${countOf(loud.length, 'alert')}: ${[...named, ...more].join(', ')}`,
    ...(quiet > 0 ? [`${quiet} kept quiet`] : []),
    ...(pending.length > 0 ? [`${pending.length} pending`] : []),
    countOf(rules, 'rule'),
    ...(delivery && delivery.delivered > 0 ? [`${countOf(delivery.delivered, 'message')} delivered`] : []),
    ...(delivery && delivery.pending > 0 ? [`${delivery.pending} undelivered`] : []),
  ].join('; ');
}

const SEVERITY = { critical: 'error', warning: 'warning', info: 'info' } as const satisfies Record<
  AlertSeverity,
  Severity
>;

/** What fires as findings; what is kept quiet on purpose is worth a note. */
export function judgeFiring(firing: readonly FiringAlert[]): Finding[] {
  return firing.map(({ rule, severity, values, condition, mutedBy }) => ({
    code: 'VOPS-ALERTS-FIRING',
    severity: mutedBy === null ? SEVERITY[severity] : 'info',
    message: `${rule}: ${figures(values)} (${condition})${mutedBy === null ? '' : `; kept quiet: ${mutedBy}`}`,
    hint: `to keep it quiet while you work on it: viktoria-ops alerts silence ${shellWord(rule)} --for 2h`,
  }));
}

/** Figures that nobody gave; a route that this backend does not have is no trouble. */
export function judgeProblems(problems: AlertCheck['problems']): Finding[] {
  const missed = problems.filter(({ code }) => code !== 'VOPS-API-NOT-OFFERED');
  const sourcesOf = (message: string) => missed.filter((one) => one.message === message).map(({ source }) => source);
  return [...new Set(missed.map(({ message }) => message))].map((message) => ({
    code: 'VOPS-ALERTS-UNMEASURED',
    severity: 'unknown',
    message: `no figures from ${sourcesOf(message).join(', ')}: ${message}`,
    hint: 'rules over them are unknown until they are back: viktoria-ops health',
  }));
}

const figures = (values: FiringAlert['values']) =>
  Object.entries(values)
    .map(([path, value]) => `${path} is ${value ?? 'unknown'}`)
    .join(', ');
