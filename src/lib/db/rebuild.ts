/** Carries out a reindex plan: one index at a time, never blocking a writer, and leaving nothing invalid behind. */
import type { Context } from '../context.js';
import { OperatorError } from '../errors.js';
import { formatDuration } from '../measures.js';
import type { Database, MaintenanceSession } from '../pg/index.js';
import type { IndexRow } from '../pg/queries/index-inventory.js';
import { indexInventory } from '../pg/queries/index-inventory.js';
import { oldTransactions } from '../pg/queries/old-transactions.js';
import { replicationState } from '../pg/queries/replication-state.js';
import type { Finding, Outcome } from '../status.js';
import { Baselines, updateBaselines } from './bloat/baselines.js';
import { isWorthRewriting } from './bloat/index.js';
import { findMeasure } from './bloat/measure.js';
import { readIndexes } from './catalogue.js';
import { assessBloat } from './indexes/assess.js';
import { findInvalid, originalOf } from './indexes/invalid.js';
import { judgeInvalid } from './indexes/judge.js';
import { dropIndex } from './indexes/names.js';
import { bloatReason, standbyObstacle } from './maintain/choose-indexes.js';
import { ASKED_FOR, type MaintainedObject, type MaintenanceReport } from './maintain/report.js';
import { lockWaitOf, type MaintainContext, runMaintenance, type Site, type Worked } from './maintain/run.js';
import type { ReindexFlags } from './reindex.js';
import { isFileError } from './state.js';

/** Errors: those of `runMaintenance`. */
export async function applyReindex(
  context: MaintainContext,
  plan: Outcome<MaintenanceReport>,
  { lockWait }: Pick<ReindexFlags, 'lockWait'>,
): Promise<Outcome<MaintenanceReport>> {
  return runMaintenance(
    context,
    { ...plan, findings: withoutInvalid(plan.findings) },
    {
      command: 'db reindex',
      lockWaitMs: await lockWaitOf(context, lockWait),
      work: reindexOrDrop,
      review: reviewInvalid,
    },
  );
}

/** What is invalid after a run, which may have dropped some and left others. */
export const reviewInvalid = async (database: Database): Promise<readonly Finding[]> =>
  findInvalid(await database.query(indexInventory)).flatMap(judgeInvalid);

/** The findings of a plan, but for those that `reviewInvalid` looks at again. */
export const withoutInvalid = (findings: readonly Finding[]): readonly Finding[] =>
  findings.filter(({ code }) => code !== 'VOPS-DB-INDEX-INVALID');

/** The work on one object of a reindex plan. */
export const reindexOrDrop = (site: Site, object: MaintainedObject): Promise<Worked> =>
  object.action === 'drop' ? dropLeftover(site, object) : rebuild(site, object);

/** What the plan called a leftover is looked at again: by now it may be somebody's work in progress. */
async function dropLeftover({ context, session }: Site, object: MaintainedObject): Promise<Worked> {
  const indexes = await session.query(indexInventory);
  const index = indexes.find(({ oid }) => oid === object.oid);
  if (index === undefined || !originalOf(index, indexes)) return { outcome: 'skipped', note: 'no longer a leftover' };
  const blocker = await findOldTransaction(context, session, index.tableOid);
  if (blocker) return blocker;
  await executeIndexStatement(context, session, dropIndex(index));
  return { outcome: 'done' };
}

async function rebuild(site: Site, object: MaintainedObject): Promise<Worked> {
  const { context, session, before } = site;
  const index = await findIndex(session, object.oid);
  if (index === undefined) return { outcome: 'skipped', note: 'it is gone' };
  const obstacle =
    (await findOldTransaction(context, session, index.tableOid)) ??
    (await findLaggingStandby(site)) ??
    (await isStillBloated(site, object));
  if (obstacle) return obstacle;
  try {
    await executeIndexStatement(context, session, object.sql);
  } catch (error) {
    await clearLeftovers(session, index.tableOid);
    throw error;
  }
  // The copy takes the name of the old index, and is another object.
  const rebuilt = await findCopy(session, index);
  if (!rebuilt?.isValid || rebuilt.fileNode === before.fileNode)
    return { outcome: 'failed', note: 'it was not rebuilt' };
  // Until then a GIN index counts its entries for rows.
  if (rebuilt.accessMethod === 'gin') await analyzeTable(site, object.table);
  await keepBaseline(site, (await findIndex(session, rebuilt.oid)) ?? rebuilt);
  return { outcome: 'done', oid: rebuilt.oid };
}

async function keepBaseline({ context, state }: Site, index: IndexRow): Promise<void> {
  const baselines = (await state.read('index-baselines', Baselines)) ?? {};
  const next = { ...baselines, ...updateBaselines(baselines, [index], new Set([index.oid])) };
  await state.write('index-baselines', next).catch((error: unknown) => {
    if (!isFileError(error)) throw error;
    context.log.warn(`no baseline of ${index.name} is kept: ${error.message}`);
  });
}

const findIndex = async (session: MaintenanceSession, oid: number): Promise<IndexRow | undefined> =>
  (await session.query(indexInventory)).find((index) => index.oid === oid);

const findCopy = async (session: MaintenanceSession, { schema, name }: IndexRow): Promise<IndexRow | undefined> =>
  (await session.query(indexInventory)).find((index) => index.schema === schema && index.name === name);

async function executeIndexStatement(
  { config, signal }: Context | MaintainContext,
  session: MaintenanceSession,
  sql: string,
) {
  const { objectTimeout: timeoutMs, lockTimeout: lockTimeoutMs } = (await config()).database.maintenance;
  await session.execute({ sql, timeoutMs, lockTimeoutMs, signal });
}

/**
 * A rebuild waits for every older transaction of the database, and meanwhile keeps VACUUM from the table. Rather than
 * fail late and leave an invalid index, it is not begun.
 */
async function findOldTransaction(
  { config }: Pick<Context, 'config'>,
  session: MaintenanceSession,
  tableOid: number,
): Promise<Worked | undefined> {
  const { oldTransaction } = (await config()).database.maintenance;
  const [oldest] = await session.query(oldTransactions, [tableOid, oldTransaction / 1_000]);
  if (oldest === undefined) return undefined;
  const age = formatDuration(oldest.seconds * 1_000);
  return {
    outcome: 'blocked',
    note: `it would wait for ${oldest.who}, open for ${age}`,
    hint: `let it end, or: ${oldest.release}`,
  };
}

async function findLaggingStandby({ context, session }: Site): Promise<Worked | undefined> {
  const { replicationLag } = (await context.config()).database.thresholds;
  const [state] = await session.query(replicationState);
  return standbyObstacle(state?.standbys ?? [], replicationLag);
}

/** After an ANALYZE: stale statistics make healthy indexes look bloated. What is asked for by name is not questioned. */
async function isStillBloated(site: Site, object: MaintainedObject): Promise<Worked | undefined> {
  if (object.reason === ASKED_FOR) return undefined;
  const { context, session, state } = site;
  await analyzeTable(site, object.table);
  const limits = (await context.config()).database.maintenance.bloat;
  const catalogue = await readIndexes(session);
  const index = catalogue.indexes.find(({ oid }) => oid === object.oid);
  if (index === undefined) return { outcome: 'skipped', note: 'it is gone' };
  const measure = await findMeasure(session, catalogue.observed.blockBytes);
  const estimated = assessBloat(catalogue, (await state.read('index-baselines', Baselines)) ?? {}).get(object.oid);
  const bloat = (await measure?.(index)) ?? estimated ?? null;
  if (bloat !== null && isWorthRewriting(bloat, limits)) return undefined;
  const now = bloat === null ? 'its size tells nothing' : bloatReason(bloat);
  return { outcome: 'skipped', note: `after ANALYZE it is not worth a rebuild: ${now}` };
}

async function analyzeTable({ context, session }: Site, table: string): Promise<void> {
  await executeIndexStatement(context, session, `ANALYZE (SKIP_LOCKED) ${table}`);
}

/** Clearing up gets a little time even when the run has none left; what stays is found by the next run, by definition. */
const CLEAR_UP_MS = 4_000;

async function clearLeftovers(session: MaintenanceSession, tableOid: number): Promise<void> {
  const limits = { timeoutMs: CLEAR_UP_MS, lockTimeoutMs: CLEAR_UP_MS, signal: new AbortController().signal };
  try {
    const indexes = await session.query(indexInventory);
    const leftovers = indexes.filter((index) => index.tableOid === tableOid && originalOf(index, indexes));
    for (const leftover of leftovers) await session.execute({ sql: dropIndex(leftover), ...limits });
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error; // the rebuild's own error tells more, and the review reports
  }
}
