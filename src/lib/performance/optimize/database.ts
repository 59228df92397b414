/** The database's part: what `db optimize` finds, and of it what a weekly run may do. */
import type { Context } from '../../context.js';
import { applyOptimize, type MaintainContext, type OptimizeReport, planOptimize, reportOn } from '../../db/index.js';
import type { Outcome } from '../../status.js';

/** Rebuilding indexes is the thorough run's work. */
const GENTLE: ReadonlySet<string> = new Set(['analyze', 'vacuum']);

/** Errors: `VOPS-DB-…`. */
export async function planDatabase(
  context: Pick<Context, 'config' | 'dryRun' | 'log' | 'now' | 'pg' | 'state'>,
  comprehensive: boolean,
): Promise<Outcome<OptimizeReport>> {
  const outcome = await planOptimize(context);
  if (comprehensive) return outcome;
  const { maintenance, advice } = outcome.result;
  const objects = maintenance.objects.map((object) =>
    object.outcome === 'planned' && !GENTLE.has(object.action)
      ? { ...object, outcome: 'skipped' as const, note: `${object.reason}; done with --comprehensive` }
      : object,
  );
  return { ...outcome, result: { advice, maintenance: reportOn(objects, maintenance) } };
}

/** Errors: those of `db optimize --apply`. */
export const applyDatabase = (
  context: MaintainContext,
  plan: Outcome<OptimizeReport>,
  lockWait: number | undefined,
): Promise<Outcome<OptimizeReport>> => applyOptimize(context, plan, { apply: true, lockWait });
