/** Everything the other commands find, as one ranked list; and what of it is safe, done. */
import * as z from 'zod';
import type { Context } from '../context.js';
import { conclude, type Finding, type Outcome } from '../status.js';
import { Duration } from '../units.js';
import { planAnalyze } from './analyze.js';
import { inspectDatabase } from './health.js';
import { inspectIndexes } from './indexes.js';
import { type MaintainedObject, MaintenanceReport, reportOn } from './maintain/report.js';
import { lockWaitOf, type MaintainContext, runMaintenance, type Site, type Worked } from './maintain/run.js';
import { runCounted } from './maintain/statement.js';
import { bySeverity, rankAdvice } from './optimize/rank.js';
import { judgeTables } from './optimize/tables.js';
import { reindexOrDrop, reviewInvalid, withoutInvalid } from './rebuild.js';
import { planReindex } from './reindex.js';
import { findSlowQueries, SlowQueryFlags } from './slow-queries.js';
import { collectStats, StatsFlags } from './stats.js';
import { planVacuum, vacuumTable } from './vacuum.js';

export const OptimizeFlags = z.object({ apply: z.boolean().default(false), lockWait: Duration.optional() });
export type OptimizeFlags = z.infer<typeof OptimizeFlags>;

export const OptimizeReport = z.object({
  /** The most rewarding first. */
  advice: z.array(
    z.object({
      /** What it is about: a table, an index, the server. */
      subject: z.string(),
      why: z.string(),
      /** A statement or a command; null when there is nothing to run. */
      action: z.string().nullable(),
      /** Done by --apply: it changes no data, blocks nobody, and can be repeated. */
      isSafe: z.boolean(),
      /** Bytes it frees, or makes free for new rows; null when it is not about space. */
      gainBytes: z.number().nullable(),
      severity: z.enum(['info', 'warning', 'unknown', 'error']),
    }),
  ),
  maintenance: MaintenanceReport,
});
export type OptimizeReport = z.infer<typeof OptimizeReport>;

/** What maintenance mends by itself; it stands in the list with its own evidence. */
const MENDED: ReadonlySet<string> = new Set(['VOPS-DB-INDEX-BLOATED', 'VOPS-DB-STANDBY']);

type LookContext = Pick<Context, 'config' | 'dryRun' | 'log' | 'now' | 'pg' | 'state'>;

/** Gathers the advice; reads only. Errors: `VOPS-DB-…`. */
export async function planOptimize(context: LookContext): Promise<Outcome<OptimizeReport>> {
  const health = await inspectDatabase(context);
  const indexes = await inspectIndexes(context, { measure: false });
  const vacuum = await planVacuum(context, { all: false, freeze: false, full: false });
  const analyze = await planAnalyze(context, { all: false });
  const reindex = await planReindex(context, { resume: false });
  const vacuumed = new Set(vacuum.result.objects.map(({ oid }) => oid));
  const objects = [
    ...reindex.result.objects.filter(({ action }) => action === 'drop'),
    ...vacuum.result.objects,
    ...analyze.result.objects.filter(({ oid }) => !vacuumed.has(oid)), // VACUUM does it on its way
    ...reindex.result.objects.filter(({ action }) => action === 'reindex'),
  ];
  const { isStandby } = reindex.result;
  const looked = [...health.findings, ...indexes.findings].filter(({ code }) => !MENDED.has(code));
  const found = [...looked, ...(await findCostly(context))];
  const findings = bySeverity(withoutTwins(found, objects));
  const maintenance = reportOn(objects, { applied: false, isStandby });
  return conclude({ advice: [...rankAdvice(objects, findings)], maintenance }, findings);
}

/** Statements that take long, where the server records them, and tables that only a rewrite makes smaller. */
async function findCostly(context: LookContext): Promise<readonly Finding[]> {
  const { bloat } = (await context.config()).database.maintenance;
  const statements = await findSlowQueries(context, SlowQueryFlags.parse({}));
  const { result } = await collectStats(context, StatsFlags.parse({ sort: 'bloat' }));
  // That statements are not recorded here is no advice on this database: `db slow-queries` says it.
  const slow = statements.findings.filter(({ code }) => code === 'VOPS-DB-SLOW-QUERY');
  return [...slow, ...judgeTables(result.tables, bloat)];
}

/** The same index is invalid to `db health`, to `db indexes` and to the plan that drops it. */
function withoutTwins(findings: readonly Finding[], objects: readonly MaintainedObject[]): readonly Finding[] {
  const isPlanned = ({ code, message }: Finding) =>
    code === 'VOPS-DB-INDEX-INVALID' && objects.some(({ object }) => message.startsWith(`${object} `));
  const key = ({ code, message }: Finding) => `${code} ${message.split(' ')[0]}`;
  const seen = new Map<string, Finding>();
  for (const finding of findings) {
    const name = finding.code === 'VOPS-DB-INDEX-INVALID' ? key(finding) : `${finding.code} ${finding.message}`;
    if (!isPlanned(finding)) seen.set(name, finding); // the later one, of `db indexes`, knows the cure
  }
  return [...seen.values()];
}

/** Does what is safe, if that is wanted. Errors: those of `runMaintenance`. */
export async function applyOptimize(
  context: MaintainContext,
  plan: Outcome<OptimizeReport>,
  { apply, lockWait }: OptimizeFlags,
): Promise<Outcome<OptimizeReport>> {
  if (!apply) return plan;
  const { advice, maintenance } = plan.result;
  const ran = await runMaintenance(
    context,
    { ...plan, findings: withoutInvalid(plan.findings), result: maintenance },
    {
      command: 'db optimize',
      lockWaitMs: await lockWaitOf(context, lockWait),
      work: (site, object) => WORK[object.action](site, object),
      review: reviewInvalid,
    },
  );
  return { ...ran, result: { advice, maintenance: ran.result } };
}

const WORK: Readonly<Record<MaintainedObject['action'], (site: Site, object: MaintainedObject) => Promise<Worked>>> = {
  vacuum: vacuumTable,
  analyze: (site, object) => runCounted(site, object, 'analyzeCount'),
  reindex: reindexOrDrop,
  drop: reindexOrDrop,
  rewrite: async () => ({ outcome: 'skipped', note: 'never part of an optimisation' }),
};
