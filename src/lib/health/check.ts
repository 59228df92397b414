/** What a health check is: one part of the whole, its own verdict, never the reason of a crash. */
import * as z from 'zod';
import type { Context } from '../context.js';
import { SystemOverview } from '../contract/index.js';
import { OperatorError } from '../errors.js';
import { conclude, type Finding, type Outcome } from '../status.js';

export type HealthContext = Pick<Context, 'api' | 'pg' | 'config' | 'elapsed' | 'signal'>;

/** What the checks share. */
export interface Subject {
  readonly context: HealthContext;
  /** What the application says of itself: asked once for all checks that need it. */
  readonly overview: Promise<SystemOverview>;
}

export interface HealthCheck {
  readonly name: string;
  /** The result is one line that says what was seen. */
  readonly assess: (subject: Subject) => Promise<Outcome<string>>;
}

export const CheckReport = z.object({
  name: z.string(),
  status: z.enum(['ok', 'skipped', 'warning', 'unknown', 'failed']),
  message: z.string(),
  durationMs: z.number(),
});
export type CheckReport = z.output<typeof CheckReport>;

export const HealthResult = z.object({
  /** Null when the application gave no answer. */
  overview: SystemOverview.nullable(),
  checks: z.array(CheckReport),
});
export type HealthResult = z.output<typeof HealthResult>;

/** No verdict on this part, and why: what an expected error becomes. Any other error is a bug and goes on. */
export function noVerdict(name: string, error: unknown): Outcome<string> {
  if (!(error instanceof OperatorError)) throw error;
  const { code, message, hint } = error;
  const finding: Finding = { code, severity: 'unknown', message: `${name}: ${message}`, ...(hint && { hint }) };
  return conclude(message, [finding]);
}

/** For what depends on the application: its absence is reported once, by the check `application`. */
export function notAssessed(): Outcome<string> {
  return { status: 'skipped', findings: [], result: 'not assessed: no answer from the application' };
}
