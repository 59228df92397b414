/** Figures of the database and its tables: facts, without a verdict. */
import * as z from 'zod';
import type { Context } from '../context.js';
import { qualifiedName } from '../pg/identifier.js';
import { only } from '../pg/only.js';
import { checkpoints } from '../pg/queries/checkpoints.js';
import { databaseActivity } from '../pg/queries/database-activity.js';
import { serverState } from '../pg/queries/server-state.js';
import { tableUsage } from '../pg/queries/table-usage.js';
import { conclude, type Outcome } from '../status.js';
import { Bloat, tableBloat } from './bloat/index.js';
import { hiddenStatistics, readTables } from './catalogue.js';

export const TABLE_SORTS = ['size', 'dead', 'scans', 'bloat'] as const;

export const StatsFlags = z.object({
  sort: z.enum(TABLE_SORTS).default('size'),
  limit: z.coerce.number().int().min(1).max(10_000).default(20),
});
export type StatsFlags = z.infer<typeof StatsFlags>;

const Table = z.object({
  table: z.string(),
  /** Rows and TOAST. */
  sizeBytes: z.number(),
  indexBytes: z.number(),
  liveTuples: z.number(),
  deadTuples: z.number(),
  /** Null: no statistics of the planner, or none that our role may see. */
  bloat: Bloat.nullable(),
  sequentialScans: z.number(),
  indexScans: z.number(),
  inserted: z.number(),
  updated: z.number(),
  /** Updates that no index had to follow, of all updates, 0..1; null without any. */
  hotShare: z.number().nullable(),
  deleted: z.number(),
  lastVacuum: z.iso.datetime().nullable(),
  lastAnalyze: z.iso.datetime().nullable(),
  xidAge: z.number(),
});
type Table = z.infer<typeof Table>;

export const DatabaseStats = z.object({
  database: z.string(),
  sizeBytes: z.number(),
  /** Since when the server counts; null: since it was made. */
  since: z.iso.datetime().nullable(),
  cacheHitRatio: z.number().nullable(),
  commits: z.number(),
  rollbacks: z.number(),
  deadlocks: z.number(),
  temporaryFileBytes: z.number(),
  checkpoints: z.object({ timed: z.number(), requested: z.number(), since: z.iso.datetime().nullable() }),
  tableCount: z.number(),
  tables: z.array(Table),
});
export type DatabaseStats = z.infer<typeof DatabaseStats>;

/** Errors: `VOPS-DB-…`. */
export function collectStats(
  { pg }: Pick<Context, 'pg'>,
  { sort, limit }: StatsFlags,
): Promise<Outcome<DatabaseStats>> {
  return pg(async (database) => {
    const { database: name, sizeBytes } = only(await database.query(serverState));
    const activity = only(await database.query(databaseActivity));
    const { observed, tables, columnsOf } = await readTables(database);
    const usage = new Map((await database.query(tableUsage)).map(({ oid, ...used }) => [oid, used]));
    const rows = tables
      .filter(({ kind }) => kind !== 'p')
      .map((table): Table => {
        const { updatedHot, updated, ...used } = usage.get(table.oid) ?? UNUSED;
        const { liveTuples, deadTuples, lastVacuum, lastAnalyze, xidAge } = table;
        return {
          table: qualifiedName(table.schema, table.name),
          sizeBytes: table.sizeBytes,
          ...used,
          updated,
          hotShare: updated > 0 ? updatedHot / updated : null,
          bloat: tableBloat(table, { columns: columnsOf(table.oid), blockBytes: observed.blockBytes }),
          liveTuples,
          deadTuples,
          lastVacuum,
          lastAnalyze,
          xidAge,
        };
      })
      .sort((one, other) => WEIGHT[sort](other) - WEIGHT[sort](one));
    const written = only(await database.query(checkpoints(database.version)));
    const totals = { database: name, sizeBytes, ...activity, checkpoints: written, tableCount: rows.length };
    return conclude({ ...totals, tables: rows.slice(0, limit) }, sort === 'bloat' ? hiddenStatistics(observed) : []);
  });
}

/** A materialized view is in no `pg_stat_user_tables` before it is used. */
const UNUSED = { indexBytes: 0, sequentialScans: 0, indexScans: 0, inserted: 0, updated: 0, updatedHot: 0, deleted: 0 };

const WEIGHT = {
  size: ({ sizeBytes, indexBytes }) => sizeBytes + indexBytes,
  dead: ({ deadTuples }) => deadTuples,
  scans: ({ sequentialScans }) => sequentialScans,
  bloat: ({ bloat }) => bloat?.bytes ?? 0,
} as const satisfies Record<StatsFlags['sort'], (table: Table) => number>;
