/** The database as the application sees it: its pool, its statements, its tables. */
import type { DatabaseMetrics } from '../contract/index.js';
import type { Query } from './archive/database.js';
import type { Keeper } from './archive/keep.js';

/** Connections of the application's pool. */
export interface PoolStatus {
  readonly active: number;
  readonly idle: number;
  readonly waiting: number;
  readonly max: number;
}

/** Largest first; not the server's own, nor ours. */
const TABLES = `
select case schemaname when 'public' then relname else schemaname || '.' || relname end as "table",
       pg_total_relation_size(relid)::float8 as "sizeBytes", n_live_tup::float8 as "liveTuples",
       n_dead_tup::float8 as "deadTuples", greatest(last_vacuum, last_autovacuum) as "lastVacuum",
       greatest(last_analyze, last_autoanalyze) as "lastAnalyze"
from pg_stat_user_tables where schemaname <> 'viktoria_ops' order by 2 desc limit 50`;

/**
 * Where the extension may be read, and what its columns are called: before version 1.8 (PostgreSQL 13) without `_exec`.
 * Its settings are there when it is preloaded; `shared_preload_libraries` itself is for superusers' eyes.
 */
const EXTENSION = `
select format('%I.%I', nspname, relname) as view,
       exists (select from pg_attribute where attrelid = view.oid and attname = 'total_exec_time') as "isNew"
from pg_extension
join pg_namespace on pg_namespace.oid = extnamespace
join pg_class as view on relnamespace = extnamespace and relname = extname
where extname = 'pg_stat_statements'
  and has_schema_privilege(extnamespace, 'usage') and has_table_privilege(view.oid, 'select')
  and exists (select from pg_settings where name = 'pg_stat_statements.max')`;

const SLOW_SHOWN = 10;
const LONGEST_QUERY = 300;

/** The slowest with the sums of all: there may be thousands, and texts of any length. */
const statements = (view: string, time: string) => `
select left(query, ${LONGEST_QUERY * 3}) as query, calls::float8 as calls, mean${time} as "averageTimeMs",
       total${time} as "totalTimeMs", sum(calls) over ()::float8 as "allCalls", sum(total${time}) over () as "allTimeMs"
from ${view} where dbid = (select oid from pg_database where datname = current_database()) and query not like '%viktoria_ops.%'
order by mean${time} desc limit ${SLOW_SHOWN}`;

interface Statement {
  readonly query: string;
  readonly calls: number;
  readonly averageTimeMs: number;
  readonly totalTimeMs: number;
  readonly allCalls: number;
  readonly allTimeMs: number;
}
type Table = Omit<DatabaseMetrics['tableStatistics'][number], 'lastVacuum' | 'lastAnalyze'> & {
  readonly lastVacuum: Date | null;
  readonly lastAnalyze: Date | null;
};

/** Texts of statements come without their values: pg_stat_statements replaces them. */
export async function databaseMetrics(query: Query, pool: PoolStatus | undefined): Promise<DatabaseMetrics> {
  const tables = await query<Table>(TABLES);
  const slowest = await readStatements(query);
  const { allCalls, allTimeMs } = slowest[0] ?? { allCalls: 0, allTimeMs: 0 };
  return {
    connectionPoolStatus: pool ?? { active: 0, idle: 0, waiting: 0 },
    queryPerformance: {
      averageQueryTime: allCalls === 0 ? null : allTimeMs / allCalls,
      slowQueries: slowest.map(({ query: text, calls, averageTimeMs, totalTimeMs }) => ({
        query: text.trim().replace(/\s+/g, ' ').slice(0, LONGEST_QUERY),
        calls,
        averageTimeMs,
        totalTimeMs,
      })),
      totalQueries: allCalls,
    },
    tableStatistics: tables.map((table) => ({
      ...table,
      lastVacuum: table.lastVacuum?.toISOString() ?? null,
      lastAnalyze: table.lastAnalyze?.toISOString() ?? null,
    })),
  };
}

/** None without the extension, without the right to read it, or where it is installed but not preloaded. */
async function readStatements(query: Query): Promise<Statement[]> {
  const [extension] = await query<{ view: string; isNew: boolean }>(EXTENSION);
  return extension ? query<Statement>(statements(extension.view, extension.isNew ? '_exec_time' : '_time')) : [];
}

/** The same from the application's PostgreSQL. Throws where there is none. */
export async function readDatabase(keeper: Keeper | undefined, pool?: PoolStatus): Promise<DatabaseMetrics> {
  if (!keeper) throw new Error('there is no PostgreSQL to ask');
  return keeper.database.transaction((query) => databaseMetrics(query, pool));
}
