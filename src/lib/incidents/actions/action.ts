/** What an action of a playbook is: one typed object in a file of its own, named in `index.ts`. */
import * as z from 'zod';
import type { Notification } from '../../alerts/index.js';
import type { Context } from '../../context.js';
import { Duration, TimeLimit } from '../../units.js';
import type { Incident, Ticket } from '../incident.js';

/**
 * `read-only`: looks, or tells people. `reversible`: changes something that ends by itself, or that scheduled
 * maintenance does as well. `disruptive`: users may notice it.
 */
type ActionClass = 'read-only' | 'reversible' | 'disruptive';

/** `suggest`: is only told. `approve`: waits for a person. `auto`: is done. */
export const MODES = ['suggest', 'approve', 'auto'] as const;
export type Mode = (typeof MODES)[number];

/** Hands notifications to the outbox. The same event twice is one notification. */
export type Enqueue = (notifications: readonly Notification[]) => Promise<unknown>;

/** Settings that every action has, with this action's defaults. */
export interface CommonSettings {
  readonly mode: Mode;
  readonly timeout: number;
  readonly maxPerHalfHour?: number | undefined;
  readonly maxPerHour?: number | undefined;
  readonly maxPerDay?: number | undefined;
  readonly cooldown: number;
  /** Only of actions that are meant to end the trouble. */
  readonly postCondition?: string | undefined;
  readonly settle?: number | undefined;
}

interface Defaults extends Partial<Omit<CommonSettings, 'timeout' | 'cooldown' | 'postCondition' | 'settle'>> {
  readonly timeout: string;
  readonly cooldown?: string;
}

const limit = (most: number | undefined) => {
  const count = z.number().int().min(0);
  return most === undefined ? count.optional() : count.default(most);
};

/** The fields of `CommonSettings` that every action has, for its schema. */
export const commonSettings = (defaults: Defaults) => ({
  /** Whether it is only suggested, waits for a person's approval, or is done. */
  mode: z.enum(MODES).default(defaults.mode ?? 'auto'),
  /** Longest it may take. */
  timeout: TimeLimit.prefault(defaults.timeout),
  /** At most so often in half an hour, whoever starts it; counted from the audit log. */
  maxPerHalfHour: limit(defaults.maxPerHalfHour),
  /** Likewise in an hour. */
  maxPerHour: limit(defaults.maxPerHour),
  /** Likewise in 24 hours. */
  maxPerDay: limit(defaults.maxPerDay),
  /** Least time between two. */
  cooldown: Duration.prefault(defaults.cooldown ?? '0s'),
});

/** Those of actions that are meant to end the trouble. */
export const remedySettings = (settle: string) => ({
  /** What must hold afterwards; default: no trigger of the playbook holds any more. */
  postCondition: z.string().min(1).optional(),
  /** How long that may take. */
  settle: Duration.prefault(settle),
});

/** What an action is given. */
export interface Site<Settings> {
  /** Its signal ends with the action's timeout. */
  readonly context: Context;
  readonly settings: Settings;
  readonly incident: Incident;
  /** Unique to this step of this run, and the same when it is repeated after a crash. Only [a-z0-9-]. */
  readonly stepId: string;
  /** What else the run does, in words: for messages. */
  readonly state: readonly string[];
  readonly enqueue: Enqueue;
}

interface Done {
  /** In words: what was done or found. */
  readonly outcome: string;
  readonly details?: Readonly<Record<string, unknown>>;
  readonly ticket?: Ticket;
}

/** An action with everything resolved: what a dry run prints, and the rest of the way. */
export interface Prepared {
  /** Exactly what will be done: the program with its arguments, the request, the statements. */
  readonly doing: readonly string[];
  readonly apply: () => Promise<Done>;
}

export interface Action<Settings = CommonSettings> {
  readonly name: string;
  readonly class: ActionClass;
  /** Whether doing it twice does no harm: such an action is repeated when a crash cut it short. */
  readonly isRepeatable: boolean;
  readonly settings: z.ZodLazy<z.ZodPrefault<z.ZodType<Settings>>>;
  /** Why it must not be done now, if anything; asked right before it is begun. Reads only. */
  obstacle?(site: Site<Settings>): Promise<string | undefined>;
  /** Reads, resolves, changes nothing. Errors: `OperatorError` when it cannot be done as configured. */
  prepare(site: Site<Settings>): Promise<Prepared>;
}
