import { AsyncLocalStorage } from 'node:async_hooks';
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { startPostgres } from '../../src/lib/demo/postgres.js';
import { openDatabase } from '../../src/lib/monitor/archive/database.js';
import { type Keeper, openKeeper } from '../../src/lib/monitor/archive/keep.js';
import { migrate } from '../../src/lib/monitor/archive/migrations.js';
import { createQueue } from '../../src/lib/monitor/archive/outbox.js';
import { writePast } from '../../src/lib/monitor/archive/past.js';
import { dropOld } from '../../src/lib/monitor/archive/retention.js';
import type { EventRow, FlagRow } from '../../src/lib/monitor/archive/tables.js';
import { createFlagUsage } from '../../src/lib/monitor/flags/usage.js';
import { createHistory } from '../../src/lib/monitor/history/history.js';
import { DAY_MS, HOUR_MS } from '../../src/lib/monitor/history/periods.js';
import { createRecorder } from '../../src/lib/monitor/history/recorder.js';
import type { RunOutcome } from '../../src/lib/monitor/history/tally.js';
import { createMonitor } from '../../src/lib/monitor/index.js';
import { failuresOf, performanceOf } from '../../src/lib/monitor/reports.js';
import { sql, testServer, useDatabase } from '../support/database.js';
import { get } from '../support/monitoring.js';

const database = useDatabase();
const keepers: Keeper[] = [];
afterEach(async () => {
  for (const keeper of keepers.splice(0)) await keeper.stop();
  await sql('postgres', `alter database ${database.name} allow_connections true`);
  await sql('postgres', `alter database ${database.name} reset default_transaction_read_only`);
  await sql(database.name, 'drop schema if exists viktoria_ops cascade; drop role if exists reader');
});

/** One process of an application, as the monitor puts it together. */
interface InstanceOptions {
  readonly server?: object;
  readonly errorsKept?: number;
  readonly intervalMs?: number;
}

function instance(name: string, { server, errorsKept = 100, ...options }: InstanceOptions = {}) {
  const events = createQueue<EventRow>(100);
  const errors = createQueue<EventRow>(errorsKept);
  const recorder = createRecorder({
    instance: name,
    onError: (entry) => errors.push({ kind: 'error', id: entry.id, at: entry.timestamp, body: entry }),
  });
  const notices: string[] = [];
  const startedAt = Date.now();
  const flags = createQueue<FlagRow>(10);
  const outboxes = { rollups: recorder.ledger.outbox, events, errors, flags };
  const keeper = openKeeper(
    { ...testServer, database: database.name, ...server },
    { outboxes, instance: name, startedAt, version: '1', onNotice: (text) => notices.push(text), ...options },
  );
  keepers.push(keeper);
  const history = createHistory({
    recorded: recorder,
    instance: name,
    startedAt,
    archive: keeper.archive,
    onError: () => undefined,
  });
  const record = (outcome: RunOutcome = 'ok', contentType = 'api::match.match', message = 'm') => {
    const series = recorder.series({ kind: 'hook', contentType, operation: 'afterUpdate', source: 'model' });
    recorder.begin(series);
    const run = { durationMs: 12, ownMs: 10, outcome, queries: 2, queryMs: 3 };
    recorder.record(series, run, outcome === 'ok' ? undefined : { type: 'E', message });
    return series;
  };
  const performance = () => performanceOf(history, HOUR_MS, Date.now());
  return { recorder, keeper, history, record, performance, notices, outboxes, events, flags };
}

const stopServer = async () => {
  await sql('postgres', `alter database ${database.name} allow_connections false`);
  await sql('postgres', `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${database.name}'`);
};

describe('what one process writes', () => {
  test('every instance and every later run reads, each run once, however often it is written', async () => {
    const [one, two] = [instance('one'), instance('two')];
    one.record();
    one.record('failed');
    two.record('rejected');
    for (const { keeper } of [one, two, one, two]) await keeper.flush();
    one.record();
    await one.keeper.flush();
    for (const { performance } of [one, two]) {
      const answer = await performance();
      expect(answer).toMatchObject({ totalExecutions: 4, failedExecutions: 1, rejectedExecutions: 1 });
      expect(answer.recentErrors).toHaveLength(2);
    }
    const later = instance('after a restart');
    await later.keeper.flush();
    const remembered = await later.performance();
    expect(remembered).toMatchObject({ totalExecutions: 4, averageExecutionTime: 12, failedExecutions: 1 });
    expect(remembered.slowestHooks[0]).toMatchObject({ averageOwnTime: 10, averageQueries: 2, averageQueryTime: 3 });
  });

  test('a write that is repeated counts nothing twice', async () => {
    const { record, keeper, outboxes, performance } = instance('one');
    record();
    const rows = outboxes.rollups.take(10_000);
    await keeper.flush();
    // As after a commit whose answer was lost: the rows are offered again.
    outboxes.rollups.settle(rows.map((row) => ({ ...row, cell: { ...row.cell, executions: 0 } })));
    expect(outboxes.rollups.take(10_000)).toHaveLength(3);
    await keeper.flush();
    expect(
      await sql(database.name, `select sum(executions) as n from viktoria_ops.rollups where step = 'day'`),
    ).toEqual([{ n: 1 }]);
    expect((await performance()).totalExecutions).toBe(1);
  });

  test('what is known of a period is not replaced by less of it, as after a clock was set back', async () => {
    const clock = { now: Date.UTC(2026, 10, 2, 12, 0, 30) };
    const recorder = createRecorder({ instance: 'one', now: () => clock.now });
    const series = recorder.series({ kind: 'hook', contentType: 'a', operation: 'b', source: 'model' });
    const run = { durationMs: 1, ownMs: 1, outcome: 'ok', queries: 0, queryMs: 0 } as const;
    const past = async () => {
      recorder.begin(series);
      recorder.record(series, run);
      const rollups = recorder.ledger.outbox.take(100);
      const seen = { id: 'one', version: '1', startedAt: clock.now };
      await writePast({ ...testServer, database: database.name }, { instance: seen, rollups });
      recorder.ledger.outbox.settle(rollups);
    };
    await past();
    await past();
    clock.now += 3 * HOUR_MS;
    await past();
    clock.now -= 3 * HOUR_MS;
    await past();
    const kept = `select executions from viktoria_ops.rollups where step <> 'day' and started_at < $1`;
    const before = [new Date(clock.now + HOUR_MS)];
    expect(await sql(database.name, kept, before)).toEqual([{ executions: 2 }, { executions: 2 }]);
  });

  test('evaluations of a day are not replaced by fewer, as after a clock was set back over midnight', async () => {
    const clock = { now: Date.UTC(2026, 10, 2, 23, 59) };
    const usage = createFlagUsage(() => clock.now);
    const evaluate = async (times: number) => {
      for (let time = 0; time < times; time++) usage.count('new-table', 'file', true);
      const flags = usage.outbox.take(100);
      const seen = { id: 'one', version: '1', startedAt: clock.now };
      await writePast({ ...testServer, database: database.name }, { instance: seen, flags });
      usage.outbox.settle(flags);
    };
    await evaluate(5);
    clock.now += HOUR_MS;
    await evaluate(1);
    clock.now -= HOUR_MS;
    await evaluate(2);
    const kept = 'select evaluations from viktoria_ops.flag_evaluations order by day';
    expect(await sql(database.name, kept)).toEqual([{ evaluations: 5 }, { evaluations: 1 }]);
  });

  test('names and messages of any text come back as they were, but for what PostgreSQL has no place for', async () => {
    const texts = fc.string({ unit: 'binary', minLength: 1, maxLength: 30 });
    const { record, keeper, recorder } = instance('texts');
    const given = [...fc.sample(texts, 200), 'nul \0 inside', 'half \ud83d pair', '"quoted"\n\\u0000'];
    for (const text of given) record('failed', text, text);
    await keeper.flush();
    const stored = await sql(database.name, `select content_type from viktoria_ops.rollups where step = 'day'`);
    const expected = recorder
      .counters()
      .map(({ contentType }) => Buffer.from(contentType).toString().replaceAll('\0', '\uFFFD'));
    expect(new Set(stored.map((row) => row.content_type))).toEqual(new Set(expected));
  });

  test('figures come back as they were counted', async () => {
    const run = fc.record({
      contentType: fc.constantFrom('api::match.match', 'api::team.team', 'x'.repeat(500)),
      durationMs: fc.double({ min: 0, max: 1e9, noNaN: true }),
      ownMs: fc.double({ min: 0, max: 1e9, noNaN: true }),
      outcome: fc.constantFrom<RunOutcome>('ok', 'rejected', 'failed'),
      queries: fc.nat(),
      queryMs: fc.double({ min: 0, max: 1e9, noNaN: true }),
    });
    let made = 0;
    const written = fc.asyncProperty(fc.array(run, { minLength: 1, maxLength: 30 }), async (runs) => {
      const { recorder, keeper } = instance(`figures ${++made}`);
      for (const { contentType, ...rest } of runs) {
        const series = recorder.series({ kind: 'hook', contentType, operation: 'o', source: 's' });
        recorder.begin(series);
        recorder.record(series, rest);
      }
      const day = { from: 0, to: Date.now() + DAY_MS };
      const own = recorder.ledger.read('day', day);
      await keeper.flush();
      const kept = await keeper.archive()?.rollups([{ step: 'day', ...day }]);
      await keeper.stop();
      const mine = kept?.filter((rollup) => rollup.instance === `figures ${made}`) ?? [];
      const figures = (rollups: typeof own) =>
        rollups.flatMap(({ from, cells }) =>
          cells.map(({ contentType, ...cell }) => ({ from, ...cell, isLong: contentType.length > 100 })),
        );
      // By all of it: two that have the same times may differ in the rest.
      const textOf = (cell: object) => JSON.stringify(Object.entries(cell).sort(([a], [b]) => a.localeCompare(b)));
      const order = (a: object, b: object) => textOf(a).localeCompare(textOf(b));
      expect(figures(mine).sort(order)).toEqual(figures(own).sort(order));
    });
    await fc.assert(written, { numRuns: 25 });
  });

  test('a row that PostgreSQL never takes is left out and counted, told once, and holds up nothing', async () => {
    const { record, keeper, events, flags, notices, performance } = instance('one');
    const at = new Date().toISOString();
    for (let i = 0; i < 40; i++) {
      // PostgreSQL has no place for NUL, in a key no more than in a text.
      events.push({ kind: 'config', id: `${i}`, at, body: i % 20 === 7 ? { 'nul \0': 1 } : { i } });
    }
    flags.push({
      flag: 'f'.repeat(9_000),
      day: at.slice(0, 10),
      evaluations: 1,
      enabledEvaluations: 1,
      lastEvaluationAt: at,
    });
    record('failed', randomBytes(5_000).toString('hex'));
    record();
    await keeper.flush();
    await keeper.flush();
    expect(keeper.state()).toMatchObject({ failure: undefined, dropped: 2 });
    expect(notices).toEqual([expect.stringMatching(/^rows of history are left out/)]);
    expect(await keeper.archive()?.events('config', 100)).toHaveLength(38);
    expect((await performance()).totalExecutions).toBe(2);
    expect(await sql(database.name, 'select length(flag) as n from viktoria_ops.flag_evaluations')).toEqual([
      { n: 200 },
    ]);
  });

  test('takes nothing along from whoever starts it', async () => {
    const transaction = new AsyncLocalStorage<string>();
    const { keeper, outboxes } = instance('one', { intervalMs: 20 });
    const seen: unknown[] = [];
    const { take } = outboxes.flags;
    Object.assign(outboxes.flags, {
      take: (atMost: number) => {
        seen.push(transaction.getStore());
        return take(atMost);
      },
    });
    transaction.run('of a hook', keeper.start);
    while (seen.length < 3) await new Promise((resolve) => setTimeout(resolve, 10));
    expect(seen).toEqual(seen.map(() => undefined));
  });

  test('lets the process end by itself, and connects no more once it was stopped', async () => {
    const { keeper } = instance('one');
    await keeper.flush();
    await keeper.stop();
    await keeper.flush();
    expect(keeper.state().failure).toMatch(/closed/);
    const settings = { ...testServer, database: database.name };
    const child = spawn(
      process.execPath,
      ['--input-type=module', '--eval', PROGRAM, KEEPER, JSON.stringify(settings)],
      { stdio: 'ignore' },
    );
    try {
      const [code] = await once(child, 'exit');
      expect(code).toBe(0);
    } finally {
      child.kill('SIGKILL');
    }
    expect(await sql(database.name, `select pid from viktoria_ops.instances where id = 'child'`)).toEqual([
      { pid: child.pid },
    ]);
  });
});

const KEEPER = join(import.meta.dirname, '../../src/lib/monitor/archive/keep.js');
/** Writes and ends without a word to its keeper, as an application does that has nothing left to do. */
const PROGRAM = `
  const [path, settings] = process.argv.slice(1);
  const { openKeeper } = await import(path);
  const none = { take: () => [], settle() {}, dropped: () => 0 };
  const outboxes = { rollups: none, events: none, errors: none, flags: none };
  const options = { outboxes, instance: 'child', startedAt: Date.now(), version: '1', onNotice() {} };
  const keeper = openKeeper(JSON.parse(settings), options);
  keeper.start();
  await keeper.flush();`;

describe('a database that cannot be written', () => {
  test('is told once; what waits is written when it is back, and told again', async () => {
    const { record, keeper, performance, notices } = instance('one');
    record();
    await keeper.flush();
    await stopServer();
    record('failed');
    await keeper.flush();
    await keeper.flush();
    expect(notices).toEqual([expect.stringMatching(/^history is kept in memory until it can be written: /)]);
    expect(keeper.state().failure).toBeTruthy();
    // What this process saw is still told.
    expect(await performance()).toMatchObject({ totalExecutions: 2, failedExecutions: 1 });
    await sql('postgres', `alter database ${database.name} allow_connections true`);
    await keeper.flush();
    expect(keeper.state().failure).toBeUndefined();
    expect(notices).toHaveLength(2);
    const after = instance('after');
    await after.keeper.flush();
    expect(await after.performance()).toMatchObject({ totalExecutions: 2, recentErrors: [{ outcome: 'failed' }] });
  });

  test('a server that is restarted costs the process nothing, and history goes on', async () => {
    const server = await startPostgres();
    try {
      const { host, port, user } = server;
      const { record, keeper, notices } = instance('one', { server: { host, port, user, database: 'postgres' } });
      record();
      await keeper.flush();
      await server.halt();
      record('failed');
      await keeper.flush();
      expect(keeper.state().failure).toBeTruthy();
      await server.resume();
      await keeper.flush();
      expect(keeper.state().failure).toBeUndefined();
      expect(notices).toHaveLength(2);
      const kept = await keeper.archive()?.rollups([{ step: 'day', from: 0, to: Date.now() }]);
      expect(kept?.flatMap(({ cells }) => cells)).toMatchObject([{ executions: 2, failed: 1 }]);
      await keeper.stop();
    } finally {
      await server.stop();
    }
  });

  test('a schema that goes is made anew', async () => {
    const { record, keeper } = instance('one');
    await keeper.flush();
    await sql(database.name, 'drop schema viktoria_ops cascade');
    record();
    await keeper.flush();
    expect(keeper.state().failure).toMatch(/does not exist/);
    await keeper.flush();
    expect(keeper.state().failure).toBeUndefined();
    expect(await sql(database.name, 'select count(*)::int as n from viktoria_ops.rollups')).toEqual([{ n: 3 }]);
  });

  test.each([
    [
      'read-only',
      async () =>
        void (await sql('postgres', `alter database ${database.name} set default_transaction_read_only = on`)),
      'postgres',
      /read-only/,
    ],
    [
      'not ours',
      async () => void (await sql(database.name, 'create role reader login')),
      'reader',
      /permission denied/,
    ],
    [
      'of a newer version',
      async () => {
        await openDatabase({ ...testServer, database: database.name }).transaction(migrate);
        await sql(database.name, 'insert into viktoria_ops.migrations (number) values (999)');
      },
      'postgres',
      /newer version \(999/,
    ],
  ])('%s: history stays in memory and says why', async (_name, arrange, user, reason) => {
    await arrange();
    const { record, keeper, performance } = instance('one', { server: { user } });
    record();
    await keeper.flush();
    expect(keeper.state()).toMatchObject({ failure: expect.stringMatching(reason), lastWrittenAt: undefined });
    expect((await performance()).totalExecutions).toBe(1);
  });

  test('what waits is bounded, and what is given up is counted', async () => {
    const { record, keeper, outboxes } = instance('one', { errorsKept: 10 });
    await stopServer();
    for (let i = 0; i < 25; i++) record('failed');
    await keeper.flush();
    expect(outboxes.errors.take(10_000)).toHaveLength(10);
    expect(keeper.state().dropped).toBe(15);
  });

  test('stopping waits a bounded time for a server that says nothing any more', async () => {
    const proxy = await startProxy();
    const { record, keeper } = instance('one', { server: { port: proxy.port } });
    try {
      keeper.start();
      await keeper.flush();
      expect(keeper.state().failure).toBeUndefined();
      proxy.hang();
      record();
      const begun = performance.now();
      await keeper.stop();
      const tookMs = performance.now() - begun;
      // Two seconds for what waits and one for goodbye; a statement alone would be given six.
      expect(tookMs).toBeGreaterThan(2_900);
      expect(tookMs).toBeLessThan(5_500);
    } finally {
      proxy.stop();
    }
  });
});

/** Stands between an instance and the test server, and can fall silent without closing anything. */
async function startProxy() {
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(testServer.port, testServer.host);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.on('error', () => undefined).pipe(to);
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    port,
    hang() {
      for (const socket of sockets) socket.unpipe().pause();
    },
    stop() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

describe('the schema', () => {
  test('is made once by instances that start together', async () => {
    const together = Array.from({ length: 6 }, (_, i) => instance(`i${i}`));
    for (const { record } of together) record();
    await Promise.all(together.map(({ keeper }) => keeper.flush()));
    expect(together.map(({ keeper }) => keeper.state().failure)).toEqual(together.map(() => undefined));
    expect(await sql(database.name, 'select count(*)::int as n from viktoria_ops.instances')).toEqual([{ n: 6 }]);
  });

  test('needs no right to create once it is there', async () => {
    await openDatabase({ ...testServer, database: database.name }).transaction(migrate);
    await sql(
      database.name,
      `create role reader login; grant usage on schema viktoria_ops to reader;
       grant select, insert, update, delete on all tables in schema viktoria_ops to reader`,
    );
    const { record, keeper } = instance('one', { server: { user: 'reader' } });
    record();
    await keeper.flush();
    expect(keeper.state().failure).toBeUndefined();
    await sql(database.name, 'drop owned by reader');
  });

  test('is filled by a role that may create none, but found an empty one of its own', async () => {
    await sql(database.name, 'create role reader login; create schema viktoria_ops authorization reader');
    const { record, keeper } = instance('one', { server: { user: 'reader' } });
    record();
    await keeper.flush();
    expect(keeper.state()).toMatchObject({ failure: undefined, lastWrittenAt: expect.any(Number) });
    await sql(database.name, 'drop owned by reader cascade');
  });

  test('is written by a role that may not delete, which is told', async () => {
    await openDatabase({ ...testServer, database: database.name }).transaction(migrate);
    await sql(
      database.name,
      `create role reader login; grant usage on schema viktoria_ops to reader;
       grant select, insert, update on all tables in schema viktoria_ops to reader`,
    );
    const { record, keeper, notices } = instance('one', { server: { user: 'reader' } });
    record();
    await keeper.flush();
    await keeper.flush();
    expect(keeper.state()).toMatchObject({ failure: undefined, lastWrittenAt: expect.any(Number) });
    expect(notices).toEqual([expect.stringMatching(/^old history could not be deleted: permission denied/)]);
    await sql(database.name, 'drop owned by reader');
  });

  test('forgets more than one batch, and errors beyond ten thousand, a batch at a time', async () => {
    const { keeper } = instance('one');
    await keeper.database.transaction(migrate);
    await sql(
      database.name,
      `insert into viktoria_ops.rollups
         select 'minute', now() - interval '3 days' - make_interval(mins => n), 'one', 'hook', 't', 'o', 's',
                1, 0, 0, 0, 0, 0, 1, 1, 1, 1, '{1,1}' from generate_series(1, 45000) n;
       insert into viktoria_ops.events
         select kind, n::text, now() - make_interval(secs => n), 'one', '{}'
         from unnest(array['error', 'action']) kind, generate_series(1, 10500) n`,
    );
    const isDone: boolean[] = [];
    while (!isDone.at(-1) && isDone.length < 9) isDone.push(await keeper.database.transaction(dropOld));
    expect(isDone).toEqual([false, false, true]);
    expect(await sql(database.name, 'select count(*)::int as n from viktoria_ops.rollups')).toEqual([{ n: 0 }]);
    const events = `select kind, count(*)::int as n, max(id::int) as oldest from viktoria_ops.events group by 1 order by 1`;
    expect(await sql(database.name, events)).toEqual([
      { kind: 'action', n: 10_500, oldest: 10_500 },
      { kind: 'error', n: 10_000, oldest: 10_000 },
    ]);
  });

  test('counts the oldest day of a window whole, though its hours are long forgotten', async () => {
    const { keeper, history } = instance('one');
    await keeper.flush();
    await sql(
      database.name,
      `insert into viktoria_ops.rollups
       select 'day', day, 'earlier', 'hook', 't', 'o', 's', 1, 0, 1, 0, 0, 0, 1, 1, 1, 1, '{1,1}'
       from generate_series(date_trunc('day', now(), 'UTC') - interval '90 days',
                            date_trunc('day', now(), 'UTC') - interval '1 day', '1 day') as day`,
    );
    expect(await failuresOf(history, 60 * DAY_MS, Date.now())).toEqual({ failed: 60, executions: 60 });
  });

  test('forgets what is old, and only that', async () => {
    const { record, keeper } = instance('one');
    record('failed');
    await keeper.flush();
    await sql(
      database.name,
      `insert into viktoria_ops.rollups select step, started_at - interval '40 days', instance, kind, content_type, operation,
         source, executions, rejected, failed, committed, rolled_back, queries, total_ms, own_ms, query_ms, max_ms, bins
       from viktoria_ops.rollups;
       insert into viktoria_ops.events select kind, id || 'old', at - interval '31 days', instance, body from viktoria_ops.events`,
    );
    await keeper.database.transaction(dropOld);
    const left = await sql(
      database.name,
      `select step, started_at < now() - interval '30 days' as old from viktoria_ops.rollups order by 1, 2`,
    );
    expect(left).toEqual([
      { step: 'day', old: false },
      { step: 'day', old: true },
      { step: 'hour', old: false },
      { step: 'minute', old: false },
    ]);
    expect(await sql(database.name, 'select count(*)::int as n from viktoria_ops.events')).toEqual([{ n: 1 }]);
  });
});

test('as many of the newest errors are told as may be asked for', async () => {
  await instance('one').keeper.flush();
  const body = `jsonb_build_object('id', n::text, 'timestamp', now() - n * interval '1 second', 'message', 'no ' || n)`;
  const row = `'error', n::text, now() - n * interval '1 second', 'one', ${body}`;
  await sql(database.name, `insert into viktoria_ops.events select ${row} from generate_series(1, 1200) as n`);
  const monitor = createMonitor({
    application: { version: '1', environment: 'test', startedAt: new Date(), activeConnections: () => 0 },
    checks: [],
    activity: () => ({ requests: 0, activeUsers: 0 }),
    diskPath: tmpdir(),
    resolveFrom: import.meta.url,
    version: '1',
    postgres: { ...testServer, database: database.name },
  });
  const server = createHttpServer((request, response) => void monitor.listener(request, response));
  monitor.start();
  try {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    let errors: unknown[] = [];
    while (errors.length === 0) {
      errors = JSON.parse((await get(`http://127.0.0.1:${port}/api/hook-monitoring/errors/recent?limit=1000`)).body);
    }
    expect(errors).toHaveLength(1000);
    expect(errors.at(-1)).toMatchObject({ message: 'no 1000' });
  } finally {
    server.close();
    await monitor.stop();
  }
});
