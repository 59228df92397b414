/** What a check of `doctor` is: one thing the commands need, seen by itself, with the way to mend it. */
import * as z from 'zod';
import type { Context } from '../context.js';
import { OperatorError } from '../errors.js';
import type { ServerFacts } from '../pg/queries/server-facts.js';

export const Diagnosis = z.object({
  status: z.enum(['ok', 'warning', 'unknown', 'failed']),
  message: z.string(),
  /** What to do about it. */
  fix: z.string().optional(),
  /** The check whose failure left nothing to look at here: mend that first. */
  because: z.enum(['configuration', 'database']).optional(),
});
export type Diagnosis = z.infer<typeof Diagnosis>;

export type DoctorContext = Pick<
  Context,
  'api' | 'config' | 'env' | 'exec' | 'maintenance' | 'now' | 'pg' | 'signal' | 'state'
>;

/** What several checks look at, asked for once. */
export interface Subject {
  readonly context: DoctorContext;
  readonly server: Promise<ServerFacts & { readonly versionNumber: number; readonly clockSkewMs: number }>;
}

export interface Check {
  readonly name: string;
  /** An `OperatorError` thrown here means that nothing could be found out: status `unknown`. */
  readonly examine: (subject: Subject) => Promise<Diagnosis>;
}

export const ok = (message: string): Diagnosis => ({ status: 'ok', message });

export const warning = (message: string, fix: string): Diagnosis => ({ status: 'warning', message, fix });

export const failed = (message: string, fix?: string): Diagnosis => ({
  status: 'failed',
  message,
  ...(fix === undefined ? {} : { fix }),
});

/** For the check whose purpose this is: the error is the finding. A broken configuration has a check of its own. */
export function failedBy(error: unknown): Diagnosis {
  if (!(error instanceof OperatorError) || /^VOPS-(CONFIG|SECRET|SIG|DEADLINE)/.test(error.code)) throw error;
  return failed(error.message, error.hint);
}
