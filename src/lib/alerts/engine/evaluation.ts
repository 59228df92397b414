/** What an evaluation is given, and what comes of it. */
import * as z from 'zod';
import type { Truth, Value } from '../../conditions/index.js';
import type { Metric } from '../../metrics/index.js';
import type { Notification } from '../event.js';
import { ALERT_SEVERITIES, type AlertSeverity, type Rule } from '../rule.js';
import type { AlertState } from './alert-state.js';

/** How a rule's conditions stand. */
export interface Verdict {
  readonly truth: Truth;
  /** Whether a firing alert may end: the rule's `clear`, or else the opposite of `truth`. */
  readonly clears: Truth;
}

/** Which alerts are kept quiet: those whose rule and severity match. */
export interface Matcher {
  /** Name of a rule; `*` stands for any text, `?` for any character. */
  readonly rule: string;
  /** Undefined for all. */
  readonly severities?: readonly AlertSeverity[] | undefined;
}

/** Quiet for a time, asked for by somebody. */
export interface Silence extends Matcher {
  readonly id: string;
  readonly from: Date;
  readonly until: Date;
  readonly author: string;
  readonly comment: string;
}

export const WEEKDAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'] as const;
type Weekday = (typeof WEEKDAYS)[number];

/** Quiet at the same hours of every week. What happens once is a silence. */
export interface MaintenanceWindow extends Matcher {
  readonly name: string;
  /** Days on which it opens. */
  readonly days: readonly Weekday[];
  /** When it opens, in minutes after local midnight. */
  readonly startMinute: number;
  readonly durationMs: number;
  /** `Europe/Berlin`. */
  readonly timeZone: string;
}

export interface Evaluation {
  readonly rules: readonly Rule[];
  /** By rule; a rule that is not here is unknown. */
  readonly verdicts: ReadonlyMap<string, Verdict>;
  readonly values: ReadonlyMap<string, Value>;
  /** As it was committed last. */
  readonly state: AlertState;
  /** Every notification that is stored and not delivered yet: after an evaluation that was cut short, the state lacks some. */
  readonly stored: readonly Notification[];
  readonly now: Date;
  readonly silences: readonly Silence[];
  readonly windows: readonly MaintenanceWindow[];
  /** Names of the channels there are. One that is gone is told nothing until it is back, and then how things stand. */
  readonly channels: ReadonlySet<string>;
  /** Of the catalogue, for the units in messages. */
  readonly metrics: ReadonlyMap<string, Pick<Metric, 'unit' | 'sinceLastEvaluation'>>;
  readonly environment: string;
  readonly host: string;
}

/** Something that became different, told or not: a line of the history. */
export const Transition = z.strictObject({
  rule: z.string(),
  at: z.iso.datetime(),
  /** `cancelled`: a pending alert whose condition ended; `happened`: of a rule of kind `event`. */
  change: z.enum(['pending', 'cancelled', 'firing', 'resolved', 'flapping-started', 'flapping-ended', 'happened']),
  episode: z.int(),
  severity: z.enum(ALERT_SEVERITIES),
  /** The metrics of the condition at that moment. */
  values: z.record(z.string(), z.union([z.number(), z.string(), z.boolean(), z.null()])),
  /** What keeps the alert quiet now: `silence 3f2a`, `inhibited by database-down`. */
  mutedBy: z.string().optional(),
  /** Where the condition is not what changed: the rule was removed, there is no data. */
  reason: z.string().optional(),
});
export type Transition = z.output<typeof Transition>;

export interface Evaluated {
  readonly state: AlertState;
  readonly notifications: readonly Notification[];
  readonly transitions: readonly Transition[];
}
