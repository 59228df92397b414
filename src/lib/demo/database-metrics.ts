/** The database as the sample backend sees it: its pool, its own queries, its tables. */
import type pg from 'pg';
import type { DatabaseMetrics } from '../contract/index.js';

const TABLES = `
select relname as "table", pg_total_relation_size(relid)::float8 as "sizeBytes", n_live_tup::float8 as "liveTuples",
       n_dead_tup::float8 as "deadTuples", greatest(last_vacuum, last_autovacuum) as "lastVacuum",
       greatest(last_analyze, last_autoanalyze) as "lastAnalyze"
from pg_stat_user_tables where schemaname = 'public' order by 2 desc`;

/** Statements of this database with their figures; there is no such view without the extension. */
const STATEMENTS = `
select query, calls::float8 as calls, mean_exec_time as "averageTimeMs", total_exec_time as "totalTimeMs"
from pg_stat_statements where dbid = (select oid from pg_database where datname = current_database())
order by mean_exec_time desc`;

const SLOW_SHOWN = 10;
const LONGEST_QUERY = 300;

type Statement = DatabaseMetrics['queryPerformance']['slowQueries'][number];
type Table = Omit<DatabaseMetrics['tableStatistics'][number], 'lastVacuum' | 'lastAnalyze'> & {
  readonly lastVacuum: Date | null;
  readonly lastAnalyze: Date | null;
};

export async function databaseMetrics(pool: pg.Pool): Promise<DatabaseMetrics> {
  const { totalCount, idleCount, waitingCount } = pool;
  const tables = await pool.query<Table>(TABLES);
  const statements = await readStatements(pool);
  const calls = statements.reduce((sum, statement) => sum + statement.calls, 0);
  const totalMs = statements.reduce((sum, statement) => sum + statement.totalTimeMs, 0);
  return {
    connectionPoolStatus: { active: totalCount - idleCount, idle: idleCount, waiting: waitingCount },
    queryPerformance: {
      averageQueryTime: calls === 0 ? null : totalMs / calls,
      slowQueries: statements.slice(0, SLOW_SHOWN).map((statement) => ({
        ...statement,
        query: statement.query.trim().replace(/\s+/g, ' ').slice(0, LONGEST_QUERY),
      })),
      totalQueries: calls,
    },
    tableStatistics: tables.rows.map((table) => ({
      ...table,
      lastVacuum: table.lastVacuum?.toISOString() ?? null,
      lastAnalyze: table.lastAnalyze?.toISOString() ?? null,
    })),
  };
}

async function readStatements(pool: pg.Pool): Promise<Statement[]> {
  const { rows } = await pool.query(`select to_regclass('pg_stat_statements') is not null as present`);
  return rows[0]?.present ? (await pool.query<Statement>(STATEMENTS)).rows : [];
}
