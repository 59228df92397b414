import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { routes } from '../../src/lib/contract/index.js';
import { openDatabase } from '../../src/lib/monitor/archive/database.js';
import { databaseMetrics } from '../../src/lib/monitor/database-metrics.js';
import { sql, testServer, useDatabase } from '../support/database.js';

const database = useDatabase();
const role = `plain_${process.pid}`;
const pool = { active: 1, idle: 2, waiting: 3, max: 10 };

/** As a role that owns its tables and has no other right, as an application should. */
async function read() {
  const connection = openDatabase({ ...testServer, user: role, database: database.name });
  try {
    const metrics = await connection.transaction((query) => databaseMetrics(query, pool));
    return routes.database.response.parse(metrics);
  } finally {
    await connection.end();
  }
}

beforeAll(async () => {
  await sql(
    database.name,
    `create role ${role} login; create schema "Odd name"; create schema viktoria_ops; create schema app authorization ${role};
     create table app.job (id int); create table public.job (id int); create table viktoria_ops.rollups (id int)`,
  );
});
afterAll(async () => {
  // After its database, and with that all it owned.
  await sql('postgres', `drop role ${role}`);
});

test('without the extension there are tables, and no statements', async () => {
  const { queryPerformance, tableStatistics, connectionPoolStatus } = await read();
  expect(queryPerformance).toEqual({ averageQueryTime: null, slowQueries: [], totalQueries: 0 });
  expect(tableStatistics.map(({ table }) => table).sort()).toEqual(['app.job', 'job']);
  expect(connectionPoolStatus).toEqual(pool);
});

test('an extension that may not be read is as none', async () => {
  await sql(database.name, 'create extension pg_stat_statements schema "Odd name"');
  expect((await read()).queryPerformance.slowQueries).toEqual([]);
});

test('statements of this database without their values; those of others without their text', async () => {
  await sql(database.name, `grant usage on schema "Odd name" to ${role}`);
  const owned = openDatabase({ ...testServer, user: role, database: database.name });
  try {
    await owned.transaction((query) => query("select pg_sleep(0.05), 'hunter2' as secret"));
  } finally {
    await owned.end();
  }
  await sql(database.name, "select pg_sleep(0.06), 'hunter3' as secret");
  const { queryPerformance } = await read();
  const texts = queryPerformance.slowQueries.map(({ query }) => query);
  expect(texts).toEqual(expect.arrayContaining(['<insufficient privilege>', 'select pg_sleep($1), $2 as secret']));
  expect(JSON.stringify(queryPerformance)).not.toContain('hunter');
});

test('many statements: the slowest ten, the sums of all', async () => {
  const connection = openDatabase({ ...testServer, user: role, database: database.name });
  try {
    await connection.transaction(async (query) => {
      for (let columns = 1; columns <= 50; columns++) await query(`select ${Array(columns).fill('1').join(', ')}`);
    });
  } finally {
    await connection.end();
  }
  const { slowQueries, totalQueries, averageQueryTime } = (await read()).queryPerformance;
  expect(slowQueries).toHaveLength(10);
  expect(totalQueries).toBeGreaterThan(50);
  const means = slowQueries.map(({ averageTimeMs }) => averageTimeMs);
  expect(means).toEqual([...means].sort((a, b) => b - a));
  expect(averageQueryTime).toBeLessThan(means[0] ?? 0);
});
