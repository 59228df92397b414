/** Alerts: what is watched, how often, and when not to disturb. The guide's JSON is the core of it. */
import * as z from 'zod';
import { WindowText } from '../contract/route-definition.js';
import { Duration, TimeLimit } from '../units.js';
import { AlertChannels } from './alert-channels.js';
import { AbsolutePath, SecretHttpUrl } from './text.js';

const Severity = z.enum(['critical', 'warning', 'info']);
const RuleName = z.string().regex(/^[a-z0-9][\w .-]{0,79}$/i, 'expected a name such as high-error-rate');
/** A bare number is in seconds, as in the guide. */
const Cooldown = z.lazy(() =>
  z.union([
    z
      .number()
      .min(0)
      .transform((seconds) => seconds * 1000),
    Duration,
  ]),
);

const Escalation = z.lazy(() =>
  z.strictObject({
    /** How long the alert fires before it escalates. */
    after: Duration,
    /** Then it is this severe, if it was not before. */
    severity: Severity.default('critical'),
    /** Then these channels are told, too. */
    channels: z.array(z.string()).default([]),
  }),
);

// Checked value by value (check-rules.ts): what holds for several keys together belongs into compile-rules.ts.
export const AlertRule = z.lazy(() =>
  z.strictObject({
    /** A rule of this name replaces a default one. */
    name: RuleName,
    /** Fires while this is true, such as `hooks.errorRate > 5% && system.status !== 'critical'`; docs/alerts.md has the language and the metrics. */
    condition: z.string().min(1),
    /** How urgent it is; who is told follows from it, unless `channels` says. */
    severity: Severity,
    /** Names of channels. Default: each whose `minSeverity` the rule reaches, or has reached once it escalates. */
    channels: z.array(z.string()).optional(),
    /** Least time between two reminders on one channel: a duration, or seconds as in the guide. */
    cooldown: Cooldown.default(3_600_000),
    /** How long the condition must hold before the alert fires. */
    for: Duration.default(0),
    /** How long a firing alert stays so once the condition has ended. */
    keepFiringFor: Duration.default(0),
    /** A firing alert ends only once this condition is true. Default: once `condition` is false. */
    clear: z.string().min(1).optional(),
    /** With fewer samples than this, a rate or a mean is unknown. */
    minSamples: z.number().int().min(0).default(20),
    /** Shares must be proven this well (0.9, 0.95 or 0.99) before the condition holds: 1 failure in 50 runs proves no rate above 1 %. */
    confidence: z.union([z.literal(0.9), z.literal(0.95), z.literal(0.99)]).optional(),
    /** What an unknown condition means after `noDataFor`: the alert stays as it is, ends, or fires. */
    noData: z.enum(['keep', 'ok', 'alert']).default('keep'),
    /** How long it must be unknown. */
    noDataFor: Duration.default(900_000),
    /** While one of these rules fires, this one is evaluated and recorded but not announced. Default: as the default rule of its name. */
    inhibitedBy: z.array(z.string()).optional(),
    escalate: Escalation.optional(),
    /** `event`: what happens, such as a change, is told once and never resolved. */
    kind: z.enum(['state', 'event']).default('state'),
    /** Part of the message. */
    description: z.string().min(1).optional(),
    /** Where to read what to do: an address. */
    runbook: z.string().min(1).optional(),
  }),
);
export type AlertRule = z.output<typeof AlertRule>;

const Slo = z.lazy(() =>
  z
    .strictObject({
      /** Share of the time in which the application answers. Default: `kpis.uptime.target`. */
      target: z.number().gt(0).lt(1).optional(),
      /** The time over which the error budget must last. */
      window: Duration.prefault('30d'),
      /** Fewer probes than this in a window of an hour or more: its burn rate is unknown. */
      minimumEvents: z.number().int().min(1).default(10),
    })
    .prefault({}),
);

const WEEKDAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;

const MaintenanceWindow = z.lazy(() =>
  z.strictObject({
    /** Named in the history of what it kept quiet. */
    name: z.string().min(1).max(80),
    /** Days on which it opens. */
    days: z
      .array(z.enum(WEEKDAYS))
      .min(1)
      .default([...WEEKDAYS]),
    /** When it opens: hours and minutes, such as `03:00`. */
    start: z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'expected a time of day such as 03:00'),
    /** How long it stays open. */
    duration: Duration,
    /** Where it is that late, such as `Europe/Berlin`. */
    timeZone: z.string().refine(isTimeZone, 'expected a time zone such as Europe/Berlin').default('UTC'),
    /** Rules it keeps quiet; `*` stands for any text. */
    rule: z.string().min(1).default('*'),
    /** Only alerts of these severities. */
    severities: z.array(Severity).min(1).optional(),
  }),
);

export const Alerting = z.lazy(() =>
  z
    .strictObject({
      channels: AlertChannels.prefault({}),
      /** False leaves nothing but the rules below. */
      defaultRules: z.boolean().default(true),
      rules: z.array(AlertRule).default([]),
      /** Time over which hook figures are taken: short, for an alert must be able to end. */
      window: WindowText.default('15m'),
      /** Pause between two evaluations of `alerts watch`. */
      interval: TimeLimit.prefault('1m'),
      /** Longest that one source of metrics may take; then its metrics are unknown. */
      sourceTimeout: TimeLimit.prefault('15s'),
      /** Pinged after each evaluation: itself when all was told, `/fail` when not. Tells you when alerting itself has died. */
      heartbeatUrl: SecretHttpUrl.optional(),
      /** File for the textfile collector of Prometheus' node_exporter (`….prom`): how the alerts themselves fare. */
      textfile: AbsolutePath.optional(),
      /** Page with a section for each default rule, named as the rule; messages link to it. */
      runbooks: z.string().min(1).default('docs/runbook.md'),
      slo: Slo,
      /** Weekly hours in which alerts are evaluated and recorded but not announced. */
      maintenanceWindows: z.array(MaintenanceWindow).default([]),
    })
    .prefault({}),
);
export type Alerting = z.output<typeof Alerting>;

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
