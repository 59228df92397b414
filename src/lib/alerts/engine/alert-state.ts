/**
 * What the engine remembers between evaluations. Only rules that ever left their initial state have a record.
 * Times are Unix times in milliseconds: the file is read and written at every evaluation, and by nobody else.
 */
import * as z from 'zod';
import type { Sample } from '../../metrics/index.js';
import { ALERT_SEVERITIES } from '../rule.js';

const EpochMs = z.int();

/** What a channel has been told of a rule. */
const Told = z.strictObject({
  channel: z.string(),
  /** The last message: the cooldown counts from here. */
  at: EpochMs,
  /** The latest episode it was told the firing of; 0 for none. */
  episode: z.int(),
  /** The worst it was told in that episode. */
  severity: z.enum(ALERT_SEVERITIES),
  /** It was told of the firing, and not yet of the end. */
  firing: z.literal(true).optional(),
  /** How often it was reminded of that episode. */
  reminders: z.int().optional(),
  /** Where it was told that the alert flaps, and not yet that it no longer does: which time of flapping that is. */
  flapping: z.strictObject({ episode: z.int(), number: z.int() }).optional(),
});
export type Told = z.output<typeof Told>;

const PHASES = ['inactive', 'pending', 'firing'] as const;
export type Phase = (typeof PHASES)[number];

export const AlertRecord = z.strictObject({
  rule: z.string(),
  phase: z.enum(PHASES),
  /** The latest time of firing, or of happening for a rule of kind `event`: 1, 2, … */
  episode: z.int(),
  /** Of a pending alert: since when its condition holds. */
  pendingSince: EpochMs.optional(),
  /** When the latest episode began. */
  firedAt: EpochMs.optional(),
  /** Of a firing alert whose condition has ended: since when. */
  clearSince: EpochMs.optional(),
  /** Since when nobody knows whether the condition holds. */
  unknownSince: EpochMs.optional(),
  /** One bit an evaluation, the newest lowest: whether it began or ceased to fire. */
  changes: z.int().optional(),
  flapping: z.literal(true).optional(),
  /** How often it began to flap in this episode. */
  flaps: z.int().optional(),
  /** The worst numbers of this episode. */
  peak: z.record(z.string(), z.number()).optional(),
  /** Of a rule of kind `event` whose condition holds: the numbers when it was last looked at. */
  seen: z.record(z.string(), z.number()).optional(),
  /** `seen` comes from an evaluation that was cut short: counts since the last evaluation start from the same moment. */
  isAdopted: z.literal(true).optional(),
  /** Of a rule of kind `event`: channels that have yet to be told of the latest episode. */
  owed: z.array(z.string()).optional(),
  told: z.array(Told),
});
export type AlertRecord = z.output<typeof AlertRecord>;

export interface AlertState {
  /** The last evaluation; undefined before the first. */
  readonly evaluatedAt: number | undefined;
  /** Of which environment that was; undefined where nobody noted it. */
  readonly environment?: string | undefined;
  /** Episodes of a rule without a record count from here: above 0 where an older state was lost, so that no id comes twice. */
  readonly episodeBase: number;
  /** By rule. */
  readonly alerts: ReadonlyMap<string, AlertRecord>;
  /** What the next sample is to be reminded of; kept with the alerts, so that no change is counted twice, and none is lost. */
  readonly memory: Sample['memory'];
}

/** The state before the first evaluation. */
export const initialState = (episodeBase = 0): AlertState => ({
  evaluatedAt: undefined,
  episodeBase,
  alerts: new Map(),
  memory: {},
});
