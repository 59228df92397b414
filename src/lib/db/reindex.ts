/** Plans the online rebuilding of bloated indexes, and the dropping of what interrupted rebuilds have left. */
import * as z from 'zod';
import type { Context } from '../context.js';
import { OperatorError } from '../errors.js';
import { findFreeSpace } from '../pg/free-space.js';
import type { Database } from '../pg/index.js';
import type { IndexRow } from '../pg/queries/index-inventory.js';
import { tableInventory } from '../pg/queries/table-inventory.js';
import { conclude, type Outcome } from '../status.js';
import { Duration, Size } from '../units.js';
import { Baselines } from './bloat/baselines.js';
import { hiddenStatistics, type IndexCatalogue, readIndexes } from './catalogue.js';
import { confirmBloat } from './indexes/assess.js';
import { findInvalid, originalOf } from './indexes/invalid.js';
import { judgeInvalid } from './indexes/judge.js';
import { dropIndex, indexName, namesOf, rebuildIndex } from './indexes/names.js';
import { bloatReason, indexObstacle } from './maintain/choose-indexes.js';
import { standbyFinding } from './maintain/conclude.js';
import { rebuiltLately } from './maintain/history.js';
import { notOwner, type Obstacle } from './maintain/obstacle.js';
import { ASKED_FOR, type MaintainedObject, type MaintenanceReport, planned, reportOn } from './maintain/report.js';
import { selectHolding, selectNamed } from './maintain/select.js';
import { type DatabaseState, openState } from './state.js';

export const ReindexFlags = z.object({
  index: z.string().min(1).optional(),
  table: z.string().min(1).optional(),
  assumeFree: Size.optional(),
  resume: z.boolean().default(false),
  lockWait: Duration.optional(),
});
export type ReindexFlags = z.infer<typeof ReindexFlags>;

type PlanContext = Pick<Context, 'config' | 'dryRun' | 'now' | 'pg' | 'state'>;

/**
 * Plans REINDEX INDEX CONCURRENTLY for the bloated indexes, or for those named, the worst first; before them the
 * dropping of leftovers, which slow every write. @throws OperatorError VOPS-USAGE.
 */
export function planReindex(context: PlanContext, flags: ReindexFlags): Promise<Outcome<MaintenanceReport>> {
  return context.pg(async (database) => {
    const catalogue = await readIndexes(database);
    const { observed, indexes } = catalogue;
    if (observed.isStandby) return conclude(reportOn([], { applied: false, isStandby: true }), [standbyFinding]);
    const state = await openState(context, database);
    const named = await selectIndexes(database, indexes, flags);
    const wanted = named ?? (await findBloated(context, database, { catalogue, state }));
    const rebuilt = flags.resume ? await rebuiltLately(state, context.now()) : new Map<number, number>();
    const objects: MaintainedObject[] = indexes.flatMap((index) => planDrop(index, indexes));
    for (const { index, ...need } of wanted) {
      const freeBytes = flags.assumeFree ?? (await findFreeSpace(context, database, index.tablespaceOid));
      const isDone = rebuilt.get(index.oid) === index.fileNode;
      const obstacle = isDone
        ? { outcome: 'skipped' as const, note: 'rebuilt by an earlier run' }
        : indexObstacle(index, { version: database.version, freeBytes });
      objects.push(planRebuild(index, need, obstacle));
    }
    const findings = [
      ...(named ? [] : hiddenStatistics(observed)),
      ...findInvalid(indexes).flatMap((invalid) => (invalid.kind === 'failed-build' ? judgeInvalid(invalid) : [])),
    ];
    return conclude(reportOn(objects, { applied: false, isStandby: false }), findings);
  });
}

interface Need {
  readonly reason: string;
  readonly gainBytes: number | null;
}

interface Wanted extends Need {
  readonly index: IndexRow;
}

/** The indexes an operator names; undefined when none is named, and need decides. */
async function selectIndexes(
  database: Database,
  indexes: readonly IndexRow[],
  { index, table }: ReindexFlags,
): Promise<readonly Wanted[] | undefined> {
  if (index === undefined && table === undefined) return undefined;
  const ofTable = table === undefined ? indexes : await indexesOf(database, table, indexes);
  const own = ofTable.filter(({ isToast }) => !isToast);
  const chosen = index === undefined ? own : selectNamed('index', index, own);
  const valid = chosen.filter(({ isValid }) => isValid);
  if (valid.length === 0) throw nothingToRebuild({ index, table });
  return valid.map((row) => ({ index: row, reason: ASKED_FOR, gainBytes: null }));
}

/** A table without an index is in no inventory of indexes. */
async function indexesOf(
  database: Database,
  table: string,
  indexes: readonly IndexRow[],
): Promise<readonly IndexRow[]> {
  const wanted = new Set(selectHolding(table, await database.query(tableInventory)).map(({ oid }) => oid));
  return indexes.filter(({ tableOid }) => wanted.has(tableOid));
}

const nothingToRebuild = ({ index, table }: Pick<ReindexFlags, 'index' | 'table'>) =>
  new OperatorError('VOPS-USAGE', index ? `index ${index} is not valid` : `table ${table} has no valid index`, {
    hint: 'viktoria-ops db indexes tells what to do with the invalid ones',
  });

async function findBloated(
  { config }: PlanContext,
  database: Database,
  { catalogue, state }: { readonly catalogue: IndexCatalogue; readonly state: DatabaseState },
): Promise<readonly Wanted[]> {
  const limits = (await config()).database.maintenance.bloat;
  const baselines = (await state.read('index-baselines', Baselines)) ?? {};
  const confirmed = await confirmBloat(database, { catalogue, baselines, limits });
  return confirmed.map(({ index, bloat }) => ({ index, reason: bloatReason(bloat), gainBytes: bloat.bytes }));
}

function planDrop(index: IndexRow, indexes: readonly IndexRow[]): MaintainedObject[] {
  const original = originalOf(index, indexes);
  if (original === undefined) return [];
  const { index: object, ...names } = namesOf(index);
  const reason = `left of an interrupted rebuild of ${indexName(original)}`;
  const obstacle = index.mayDrop ? {} : notOwner(index.owner);
  const gainBytes = index.sizeBytes;
  const drop = { action: 'drop' as const, sql: dropIndex(index), reason, gainBytes };
  return [planned({ oid: index.oid, object, ...names, ...drop, ...obstacle })];
}

function planRebuild(index: IndexRow, need: Need, obstacle: Obstacle | undefined): MaintainedObject {
  const { index: object, ...names } = namesOf(index);
  return planned({
    oid: index.oid,
    object,
    ...names,
    action: 'reindex',
    sql: rebuildIndex(index),
    ...need,
    ...obstacle,
  });
}
