/** ANALYZE where the statistics are out of date, and seen to have been done. */
import * as z from 'zod';
import type { Context } from '../context.js';
import { qualifiedName } from '../pg/identifier.js';
import type { TableRow } from '../pg/queries/table-inventory.js';
import { conclude, type Outcome } from '../status.js';
import { Duration } from '../units.js';
import { readTables } from './catalogue.js';
import { analyzeNeed } from './maintain/choose.js';
import { standbyFinding } from './maintain/conclude.js';
import { tableObstacle } from './maintain/obstacle.js';
import { ASKED_FOR, type MaintainedObject, type MaintenanceReport, planned, reportOn } from './maintain/report.js';
import { lockWaitOf, type MaintainContext, runMaintenance } from './maintain/run.js';
import { selectNamed } from './maintain/select.js';
import { runCounted } from './maintain/statement.js';

export const AnalyzeFlags = z.object({
  table: z.string().min(1).optional(),
  all: z.boolean().default(false),
  lockWait: Duration.optional(),
});
export type AnalyzeFlags = z.infer<typeof AnalyzeFlags>;

/** Plans ANALYZE for the tables that need it, for the one named, or for all. @throws OperatorError VOPS-USAGE. */
export async function planAnalyze(
  context: Pick<Context, 'config' | 'pg'>,
  flags: AnalyzeFlags,
): Promise<Outcome<MaintenanceReport>> {
  const { vacuumAt: at } = (await context.config()).database.maintenance;
  return context.pg(async (database) => {
    const { observed, tables } = await readTables(database);
    if (observed.isStandby) return conclude(reportOn([], { applied: false, isStandby: true }), [standbyFinding]);
    const wanted = flags.table === undefined ? tables : selectNamed('table', flags.table, tables);
    const everything = flags.all || flags.table !== undefined;
    const objects = wanted.flatMap((table) => {
      const reason = analyzeNeed(table, { at, now: observed.now }) ?? (everything ? ASKED_FOR : undefined);
      return reason === undefined ? [] : [planTable(table, reason)];
    });
    return conclude(reportOn(objects, { applied: false, isStandby: false }));
  });
}

function planTable(table: TableRow, reason: string): MaintainedObject {
  const object = qualifiedName(table.schema, table.name);
  return planned({
    oid: table.oid,
    object,
    table: object,
    action: 'analyze',
    sql: `ANALYZE (SKIP_LOCKED) ${object}`,
    reason,
    sizeBytes: table.sizeBytes,
    ...tableObstacle(table),
  });
}

/** Carries out the plan. Errors: those of `runMaintenance`. */
export async function applyAnalyze(
  context: MaintainContext,
  plan: Outcome<MaintenanceReport>,
  { lockWait }: Pick<AnalyzeFlags, 'lockWait'>,
): Promise<Outcome<MaintenanceReport>> {
  return runMaintenance(context, plan, {
    command: 'db analyze',
    lockWaitMs: await lockWaitOf(context, lockWait),
    work: (site, object) => runCounted(site, object, 'analyzeCount'),
  });
}
