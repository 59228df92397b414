import * as z from 'zod';
import { abortReason } from '../errors.js';
import { conclude, type Outcome } from '../status.js';
import {
  CheckReport,
  type HealthCheck,
  type HealthContext,
  type HealthResult,
  noVerdict,
  type Subject,
} from './check.js';
import { checks } from './checks/index.js';

export const HealthFlags = z.object({});

/**
 * Runs all checks side by side and folds them into one verdict. What cannot be reached is a finding, not an error.
 * @throws OperatorError only for a broken configuration and for an aborted run
 */
export async function health(context: HealthContext): Promise<Outcome<HealthResult>> {
  await context.config();
  const overview = context.api('health');
  const settled = overview.catch(() => null); // those who need the answer see the error
  const assessed = await Promise.all(checks.map((check) => assess(check, { context, overview })));
  if (context.signal.aborted) throw abortReason(context.signal);
  return conclude(
    { overview: await settled, checks: assessed.map(({ report }) => report) },
    assessed.flatMap(({ outcome }) => outcome.findings),
  );
}

async function assess({ name, assess: run }: HealthCheck, subject: Subject) {
  const { elapsed } = subject.context;
  const startedAt = elapsed();
  const outcome = await run(subject).catch((error: unknown) => noVerdict(name, error));
  const report = CheckReport.parse({
    name,
    status: outcome.status,
    message: outcome.result,
    durationMs: Math.round((elapsed() - startedAt) * 10) / 10,
  });
  return { outcome, report };
}
