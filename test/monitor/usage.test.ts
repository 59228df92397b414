import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { openDatabase } from '../../src/lib/monitor/archive/database.js';
import type { Archive } from '../../src/lib/monitor/archive/index.js';
import { migrate } from '../../src/lib/monitor/archive/migrations.js';
import { createArchive } from '../../src/lib/monitor/archive/reader.js';
import { DAY_MS, HOUR_MS } from '../../src/lib/monitor/history/periods.js';
import { createUsage } from '../../src/lib/monitor/usage.js';
import { sql, testServer, useDatabase } from '../support/database.js';

const database = useDatabase();
let connection: ReturnType<typeof openDatabase>;
let archive: Archive;
beforeEach(async () => {
  connection = openDatabase({ ...testServer, database: database.name });
  await connection.transaction(migrate);
  archive = createArchive(connection);
});
afterEach(async () => {
  await connection.end();
  await sql(database.name, 'drop schema viktoria_ops cascade');
});

/** As an instance archives a minute. */
async function keep(instance: string, at: number, cpu: number): Promise<void> {
  const timestamp = new Date(at).toISOString();
  const rest = { memory: 0.5, disk: 0.5, network: 100, activeUsers: 1, requestsPerSecond: 2 };
  const body = JSON.stringify({ timestamp, cpu, ...rest, instance });
  const insert = `insert into viktoria_ops.events (kind, id, at, instance, body) values ('usage', $1, $2, $3, $4)`;
  await sql(database.name, insert, [`${instance}/${at}`, timestamp, instance, body]);
}

test('the archive gives means of each step and instance', async () => {
  const first = Date.UTC(2026, 10, 2, 7);
  for (const [minute, cpu] of [
    [0, 0.1],
    [4, 0.3],
    [8, 0.8],
  ] as const)
    await keep('one', first + minute * 60_000, cpu);
  await keep('two', first, 0.5);
  const read = await archive.usage({ from: first, to: first + HOUR_MS }, 300_000);
  expect(read.map((mean) => [mean.timestamp, mean.instance, Math.round(mean.cpu * 10), mean.network])).toEqual([
    ['2026-11-02T07:00:00.000Z', 'one', 2, 100],
    ['2026-11-02T07:00:00.000Z', 'two', 5, 100],
    ['2026-11-02T07:05:00.000Z', 'one', 8, 100],
  ]);
});

test('this process tells also what it archived before what it remembers', async () => {
  const begin = Date.now() - 30 * DAY_MS;
  await keep('one', begin + 10 * DAY_MS, 0.7);
  // The timer alone: a sample comes every ten seconds.
  jest.useFakeTimers({ doNotFake: ['performance', 'nextTick', 'setImmediate', 'setTimeout', 'clearTimeout', 'Date'] });
  const [memory, disk] = [
    { used: 1, free: 1, cached: 0, buffers: 0 },
    { used: 1, free: 1, iops: null },
  ];
  const usage = createUsage({
    probe: { read: async () => ({ cpu: { usage: 0.2, loadAverage: [] }, memory, disk, network: null }) },
    activity: () => ({ requests: 0, activeUsers: 0 }),
    instance: 'one',
    archive: () => archive,
    push: () => undefined,
  });
  try {
    usage.start();
    await jest.advanceTimersByTimeAsync(10_000);
  } finally {
    usage.stop();
    jest.useRealTimers();
  }
  const read = await usage.read({ from: new Date(begin).toISOString(), step: '1d' });
  expect(read.map(({ cpu }) => Math.round(cpu * 10))).toEqual([7, 2]);
});

test('a month of minutes is a bounded number of points', async () => {
  await sql(
    database.name,
    `insert into viktoria_ops.events (kind, id, at, instance, body)
     select 'usage', g::text, now() - g * interval '1 minute', 'one',
            '{"cpu":0.5,"memory":0.5,"disk":0.5,"network":1,"activeUsers":1,"requestsPerSecond":1,"instance":"one"}'
     from generate_series(1, 30 * 1440) as g`,
  );
  const now = Date.now();
  const probe = { read: () => Promise.reject(new Error('not asked')) };
  const activity = () => ({ requests: 0, activeUsers: 0 });
  const usage = createUsage({ probe, activity, instance: 'me', archive: () => archive, push: () => undefined });
  const read = await usage.read({ from: new Date(now - 30 * DAY_MS).toISOString() });
  expect(read.length).toBeGreaterThan(900);
  expect(read.length).toBeLessThanOrEqual(1_001);
});
