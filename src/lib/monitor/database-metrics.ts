/** The database as the application sees it: its pool, its statements, its tables. */
import type { DatabaseMetrics } from '../contract/index.js';
import type { Query } from './archive/database.js';

/** Connections of the application's pool. */
export interface PoolStatus {
  readonly active: number;
  readonly idle: number;
  readonly waiting: number;
  readonly max: number;
}

/** Largest first; not the server's own, nor ours. */
const TABLES = `
select relname as "table", pg_total_relation_size(relid)::float8 as "sizeBytes", n_live_tup::float8 as "liveTuples",
       n_dead_tup::float8 as "deadTuples", greatest(last_vacuum, last_autovacuum) as "lastVacuum",
       greatest(last_analyze, last_autoanalyze) as "lastAnalyze"
from pg_stat_user_tables where schemaname <> 'viktoria_ops' order by 2 desc limit 50`;

/** Where the extension is, and what its columns are called: before version 1.8 (PostgreSQL 13) without `_exec`. */
const EXTENSION = `
select quote_ident(nspname) || '.pg_stat_statements' as view,
       exists (select from pg_attribute where attrelid = to_regclass(quote_ident(nspname) || '.pg_stat_statements')
               and attname = 'total_exec_time') as "isNew"
from pg_extension join pg_namespace on pg_namespace.oid = extnamespace where extname = 'pg_stat_statements'`;

const statements = (view: string, time: string) => `
select query, calls::float8 as calls, mean${time} as "averageTimeMs", total${time} as "totalTimeMs"
from ${view} where dbid = (select oid from pg_database where datname = current_database()) and query not like '%viktoria_ops.%'
order by mean${time} desc`;

const SLOW_SHOWN = 10;
const LONGEST_QUERY = 300;

type Statement = DatabaseMetrics['queryPerformance']['slowQueries'][number];
type Table = Omit<DatabaseMetrics['tableStatistics'][number], 'lastVacuum' | 'lastAnalyze'> & {
  readonly lastVacuum: Date | null;
  readonly lastAnalyze: Date | null;
};

/** Texts of statements come without their values: pg_stat_statements replaces them. */
export async function databaseMetrics(query: Query, pool: PoolStatus | undefined): Promise<DatabaseMetrics> {
  const tables = await query<Table>(TABLES);
  const found = await readStatements(query);
  const calls = found.reduce((sum, statement) => sum + statement.calls, 0);
  const totalMs = found.reduce((sum, statement) => sum + statement.totalTimeMs, 0);
  return {
    connectionPoolStatus: pool ?? { active: 0, idle: 0, waiting: 0 },
    queryPerformance: {
      averageQueryTime: calls === 0 ? null : totalMs / calls,
      slowQueries: found.slice(0, SLOW_SHOWN).map((statement) => ({
        ...statement,
        query: statement.query.trim().replace(/\s+/g, ' ').slice(0, LONGEST_QUERY),
      })),
      totalQueries: calls,
    },
    tableStatistics: tables.map((table) => ({
      ...table,
      lastVacuum: table.lastVacuum?.toISOString() ?? null,
      lastAnalyze: table.lastAnalyze?.toISOString() ?? null,
    })),
  };
}

/** None without the extension, or where it is installed but not preloaded. */
async function readStatements(query: Query): Promise<Statement[]> {
  const [extension] = await query<{ view: string; isNew: boolean }>(EXTENSION);
  const [preloaded] = await query<{ on: boolean }>(
    `select current_setting('shared_preload_libraries') like '%pg_stat_statements%' as on`,
  );
  if (!extension || !preloaded?.on) return [];
  return query<Statement>(statements(extension.view, extension.isNew ? '_exec_time' : '_time'));
}
