/** The record of an incident: what happened, from the first sign to the end. */
import * as z from 'zod';
import { ALERT_SEVERITIES } from '../alerts/index.js';
import type { Redactor } from '../redact.js';

const Time = z.iso.datetime();
const Values = z.record(z.string(), z.union([z.number(), z.string(), z.boolean(), z.null()]));

export const INCIDENT_STATUSES = ['open', 'acknowledged', 'resolved'] as const;

const TIMELINE_KINDS = ['opened', 'reopened', 'acknowledged', 'resolved', 'alert', 'step', 'note'] as const;

const TimelineEntry = z.strictObject({
  at: Time,
  kind: z.enum(TIMELINE_KINDS),
  /** Who: a person, or the automation. */
  actor: z.string(),
  text: z.string(),
  /** Metrics at that moment. */
  values: Values.optional(),
  /** What an action found. */
  details: z.record(z.string(), z.unknown()).optional(),
});
export type TimelineEntry = z.output<typeof TimelineEntry>;

export const Ticket = z.strictObject({
  /** Where: `own`, `github`, … */
  system: z.string(),
  reference: z.string(),
  url: z.string().optional(),
});
export type Ticket = z.output<typeof Ticket>;

export const Incident = z.strictObject({
  schemaVersion: z.literal(1),
  /** Of the key and the episode: `application-down-7`. */
  id: z.string(),
  /** The playbook or the alert it comes from. While it lasts, there is one incident of a key. */
  key: z.string(),
  source: z.enum(['playbook', 'alert']),
  episode: z.number().int(),
  status: z.enum(INCIDENT_STATUSES),
  severity: z.enum(ALERT_SEVERITIES),
  /** What set it off. */
  trigger: z.string(),
  environment: z.string(),
  host: z.string(),
  openedAt: Time,
  acknowledgedAt: Time.nullable(),
  acknowledgedBy: z.string().nullable(),
  resolvedAt: Time.nullable(),
  resolvedBy: z.string().nullable(),
  /** Resolved by a person while its trigger held: stays so until that has ended once. */
  awaitsEnd: z.boolean(),
  /** How often it came back after its end. */
  reopened: z.number().int(),
  /** Metrics of the trigger when it began. */
  values: Values,
  /** The highest of each. */
  peak: z.record(z.string(), z.number()),
  ticket: Ticket.nullable(),
  timeline: z.array(TimelineEntry),
});
export type Incident = z.output<typeof Incident>;

const FIRST_KEPT = 100;
const LAST_KEPT = 400;

/** The incident with one more line. What happens for ever fills no disk: the middle of a long story is left out. */
export function tell(incident: Incident, entry: TimelineEntry): Incident {
  const timeline = [...incident.timeline, entry];
  const isLong = timeline.length > FIRST_KEPT + LAST_KEPT;
  return {
    ...incident,
    timeline: isLong ? [...timeline.slice(0, FIRST_KEPT), ...timeline.slice(-LAST_KEPT)] : timeline,
  };
}

/** The incident without secrets in what came from outside. Names stay: records are found by them. */
export function withoutSecrets(incident: Incident, { text, data }: Redactor): Incident {
  const { trigger, ticket, timeline } = incident;
  return {
    ...incident,
    trigger: text(trigger),
    ticket: ticket && { ...ticket, reference: text(ticket.reference), ...(ticket.url && { url: text(ticket.url) }) },
    timeline: timeline.map(({ details, ...entry }) => ({
      ...entry,
      text: text(entry.text),
      ...(details && { details: data(details) }),
    })),
  };
}

export interface Opening
  extends Pick<
    Incident,
    'id' | 'key' | 'source' | 'episode' | 'severity' | 'trigger' | 'environment' | 'host' | 'values'
  > {
  readonly at: Date;
  readonly actor: string;
}

/** A new incident. */
export function openIncident({ at, actor, ...about }: Opening): Incident {
  const opened = { at: at.toISOString(), kind: 'opened', actor, text: about.trigger, values: about.values } as const;
  return {
    schemaVersion: 1,
    ...about,
    status: 'open',
    openedAt: opened.at,
    acknowledgedAt: null,
    acknowledgedBy: null,
    resolvedAt: null,
    resolvedBy: null,
    awaitsEnd: false,
    reopened: 0,
    peak: peakOf({}, about.values),
    ticket: null,
    timeline: [opened],
  };
}

interface Act {
  readonly at: Date;
  readonly actor: string;
  readonly text: string;
}

export function acknowledge(incident: Incident, { at, actor, text }: Act): Incident {
  const time = at.toISOString();
  const entry = { at: time, kind: 'acknowledged', actor, text } as const;
  return tell({ ...incident, status: 'acknowledged', acknowledgedAt: time, acknowledgedBy: actor }, entry);
}

export function resolve(
  incident: Incident,
  { at, actor, text, awaitsEnd }: Act & { readonly awaitsEnd: boolean },
): Incident {
  const time = at.toISOString();
  const ended = { ...incident, status: 'resolved', resolvedAt: time, resolvedBy: actor, awaitsEnd } as const;
  return tell(ended, { at: time, kind: 'resolved', actor, text });
}

/** Whoever had taken it must take it again: they may have gone. */
export function reopen(incident: Incident, { at, actor, text, values }: Act & Pick<Incident, 'values'>): Incident {
  const again = {
    status: 'open',
    resolvedAt: null,
    resolvedBy: null,
    acknowledgedAt: null,
    acknowledgedBy: null,
  } as const;
  const seen = { ...incident, ...again, reopened: incident.reopened + 1, peak: peakOf(incident.peak, values) };
  return tell(seen, { at: at.toISOString(), kind: 'reopened', actor, text, values });
}

/** The highest numbers so far. */
export function peakOf(peak: Incident['peak'], values: Incident['values']): Incident['peak'] {
  const numbers = Object.entries(values).flatMap(([path, value]) =>
    typeof value === 'number' ? [[path, Math.max(value, peak[path] ?? value)] as const] : [],
  );
  return { ...peak, ...Object.fromEntries(numbers) };
}
