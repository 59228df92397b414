/** VACUUM where it is needed, gently, and seen to have been done. */
import * as z from 'zod';
import type { Context } from '../context.js';
import { OperatorError } from '../errors.js';
import { qualifiedName } from '../pg/identifier.js';
import type { Database } from '../pg/index.js';
import type { TableRow } from '../pg/queries/table-inventory.js';
import { conclude, type Outcome } from '../status.js';
import { Duration } from '../units.js';
import { readTables } from './catalogue.js';
import { vacuumNeed } from './maintain/choose.js';
import { standbyFinding } from './maintain/conclude.js';
import { tableObstacle } from './maintain/obstacle.js';
import { ASKED_FOR, type MaintainedObject, type MaintenanceReport, planned, reportOn } from './maintain/report.js';
import { lockWaitOf, type MaintainContext, runMaintenance, type Site, type Worked } from './maintain/run.js';
import { selectHolding } from './maintain/select.js';
import { runCounted } from './maintain/statement.js';
import { planRewrite, RewriteFlags, rewriteTable } from './rewrite.js';

export const VacuumFlags = RewriteFlags.extend({
  table: z.string().min(1).optional(),
  all: z.boolean().default(false),
  freeze: z.boolean().default(false),
  lockWait: Duration.optional(),
});
export type VacuumFlags = z.infer<typeof VacuumFlags>;

/** Plans VACUUM for the tables that need it, for the one named, or for all. @throws OperatorError VOPS-USAGE. */
export async function planVacuum(
  context: Pick<Context, 'config' | 'now' | 'pg'>,
  flags: VacuumFlags,
): Promise<Outcome<MaintenanceReport>> {
  if (flags.full) return planRewrite(context, flags);
  if (flags.window !== undefined || flags.confirm !== undefined) throw onlyWithFull();
  const { vacuumAt } = (await context.config()).database.maintenance;
  return context.pg(async (database) => {
    const { observed, tables } = await readTables(database);
    if (observed.isStandby) return conclude(reportOn([], { applied: false, isStandby: true }), [standbyFinding]);
    const wanted =
      flags.table === undefined ? tables.filter(({ kind }) => kind !== 'p') : selectHolding(flags.table, tables);
    const everything = flags.all || flags.table !== undefined;
    const objects = wanted.flatMap((table) => {
      const need = vacuumNeed(table, vacuumAt) ?? (everything ? { reason: ASKED_FOR, freeze: false } : undefined);
      return need ? [planTable(database, table, { ...need, freeze: need.freeze || flags.freeze })] : [];
    });
    // The nearest to wraparound first, then those with the most to remove.
    const inOrder = objects.sort((one, other) => rank(other) - rank(one));
    return conclude(reportOn(inOrder, { applied: false, isStandby: false }));
  });
}

const onlyWithFull = () =>
  new OperatorError('VOPS-USAGE', '--window and --confirm belong to --full', {
    hint: 'a plain VACUUM blocks nobody and needs neither',
  });

const rank = ({ sql, deadTuples }: MaintainedObject) => (sql.includes('FREEZE') ? 1e15 : 0) + (deadTuples ?? 0);

function planTable(
  { version }: Database,
  table: TableRow,
  { reason, freeze }: { readonly reason: string; readonly freeze: boolean },
): MaintainedObject {
  const object = qualifiedName(table.schema, table.name);
  // TRUNCATE would take an ACCESS EXCLUSIVE lock at the end; parallel workers would take the application's cores.
  const options = ['ANALYZE', 'SKIP_LOCKED', 'TRUNCATE FALSE', ...(version >= 130_000 ? ['PARALLEL 0'] : [])];
  return planned({
    oid: table.oid,
    object,
    table: object,
    action: 'vacuum',
    sql: `VACUUM (${[...options, ...(freeze ? ['FREEZE'] : [])].join(', ')}) ${object}`,
    reason,
    sizeBytes: table.sizeBytes,
    deadTuples: table.deadTuples,
    ...tableObstacle(table),
  });
}

/** Carries out the plan. Errors: those of `runMaintenance`. */
export async function applyVacuum(
  context: MaintainContext,
  plan: Outcome<MaintenanceReport>,
  { lockWait, window }: Pick<VacuumFlags, 'lockWait' | 'window'>,
): Promise<Outcome<MaintenanceReport>> {
  return runMaintenance(context, plan, {
    command: 'db vacuum',
    lockWaitMs: await lockWaitOf(context, lockWait),
    work: (site, object) =>
      object.action === 'rewrite' && window !== undefined
        ? rewriteTable(site, object, window)
        : vacuumTable(site, object),
  });
}

const setCostDelay = {
  sql: `select set_config('vacuum_cost_delay', $1, false) as delay`,
  row: z.object({ delay: z.string() }),
};

/** As gently as autovacuum does it: a manual VACUUM knows no pause of its own. */
export async function vacuumTable(site: Site, object: MaintainedObject): Promise<Worked> {
  const { vacuumCostDelay } = (await site.context.config()).database.maintenance;
  await site.session.query(setCostDelay, [`${vacuumCostDelay}ms`]);
  const worked = await runCounted(site, object, 'vacuumCount');
  const isHeld = worked.outcome === 'done' && Number(worked.deadTuplesAfter) > Number(worked.deadTuples) / 2;
  return isHeld ? { ...worked, note: HELD } : worked;
}

const HELD = 'most dead rows could not be removed: something older may still see them; viktoria-ops db health names it';
