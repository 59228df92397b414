import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Queue, Worker } from 'bullmq';
import { runMigrations } from 'graphile-worker';
import PgBoss from 'pg-boss';
import type { JobStatus } from '../../src/lib/contract/index.js';
import { freePort } from '../../src/lib/demo/postgres.js';
import { openDatabase } from '../../src/lib/monitor/archive/database.js';
import { createQueues, fromBullmq, type QueueOptions } from '../../src/lib/monitor/queues/index.js';
import { packageRoot } from '../../src/lib/package.js';
import { sql, testServer, useDatabase } from '../support/database.js';
import { type RedisServer, startRedis } from '../support/redis.js';

const database = useDatabase();
const connection = () => ({ ...testServer, database: database.name });
const opened: { end: () => Promise<void> }[] = [];
afterAll(async () => {
  for (const { end } of opened) await end();
});

function queuesOf(sources?: readonly QueueOptions[]) {
  const own = openDatabase(connection());
  opened.push(own);
  return createQueues({
    sources,
    runSql: (text, values) => own.transaction((query) => query(text, values)),
    resolveFrom: `${packageRoot()}/package.json`,
  });
}

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

test('no queue here: nothing waits, and what is not known is null', async () => {
  expect(await queuesOf().status()).toMatchObject({
    queueSize: 0,
    processingRate: null,
    completedJobs: null,
    oldestReadyAgeSeconds: null,
    sources: {},
  });
});

describe('pg-boss', () => {
  test('ready is not scheduled, a failed job is failed, the oldest ready job is the oldest that may run', async () => {
    const boss = new PgBoss({ ...connection(), max: 2, schedule: false, supervise: false });
    boss.on('error', () => undefined);
    await boss.start();
    try {
      for (const name of ['mail', 'recalculate', 'broken']) await boss.createQueue(name);
      await boss.send('mail', {});
      await boss.send('mail', {});
      await boss.send('recalculate', {}, { startAfter: 3600 });
      await boss.send('recalculate', {});
      await boss.send('broken', {}, { retryLimit: 0 });
      await sql(
        database.name,
        `update pgboss.job set created_on = now() - interval '10 minutes', start_after = now() - interval '5 minutes' where name = 'mail'`,
      );
      const [job] = await boss.fetch('recalculate');
      const [broken] = await boss.fetch('broken');
      await boss.complete('recalculate', job?.id ?? '');
      await boss.fail('broken', broken?.id ?? '', new Error('no'));
      const status = await queuesOf().status();
      expect(status).toMatchObject({
        queueSize: 2,
        jobsByType: { mail: 2 },
        jobsByState: { ready: 2, scheduled: 1, completed: 1, failed: 1, active: 0 },
        completedJobs: 1,
        failedJobs: 1,
        processingRate: 1,
        sources: { 'pg-boss': 'ok' },
      });
      expect(status.oldestReadyAgeSeconds).toBeGreaterThan(290);
      expect(status.oldestReadyAgeSeconds).toBeLessThan(400);
      expect(status.averageProcessingTime).toBeGreaterThan(0);
    } finally {
      await boss.stop({ graceful: false });
    }
  });
});

describe('graphile-worker', () => {
  test('knows what waits and what failed, and says that it cannot know what was done', async () => {
    const { host, port, user } = testServer;
    await runMigrations({ connectionString: `postgres://${user}@${host}:${port}/${database.name}` });
    await sql(
      database.name,
      `select graphile_worker.add_job('report', '{}');
       select graphile_worker.add_job('report', '{}', run_at := now() + interval '1 hour');
       select graphile_worker.add_job('mail', '{}', max_attempts := 1);
       update graphile_worker._private_jobs set attempts = 1 where max_attempts = 1`,
    );
    expect(await queuesOf([{ type: 'graphile-worker', schema: 'graphile_worker' }]).status()).toMatchObject({
      queueSize: 1,
      jobsByType: { report: 1 },
      jobsByState: { ready: 1, scheduled: 1, failed: 1 },
      completedJobs: null,
      processingRate: null,
    });
  });
});

describe('bullmq', () => {
  let redis: RedisServer;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.stop());

  test('counts, age of the oldest that may run, and what was done in the last minute, however often it is read', async () => {
    const server = { host: '127.0.0.1', port: redis.port };
    const queue = new Queue('mail', { connection: server });
    const queues = queuesOf([{ type: 'bullmq', queues: ['mail'], connection: server }]);
    try {
      await queue.add('old', {}, { timestamp: Date.now() - 60_000 });
      await queue.add('young', {});
      await queue.add('later', {}, { delay: 3_600_000, timestamp: Date.now() - 900_000 });
      await queue.add('first', {}, { priority: 1 });
      const status = await queues.status();
      expect(status).toMatchObject({ queueSize: 3, jobsByType: { mail: 3 }, jobsByState: { ready: 3, scheduled: 1 } });
      expect(status.oldestReadyAgeSeconds).toBeGreaterThan(59);
      expect(status.oldestReadyAgeSeconds).toBeLessThan(100);
      const worker = new Worker('mail', async () => 1, { connection: server });
      while ((await queue.getCompletedCount()) < 3) await sleep(20);
      await worker.close();
      const done = { queueSize: 0, completedJobs: 3, processingRate: 3 };
      expect(await queues.status()).toMatchObject(done);
      expect(await queues.status()).toMatchObject(done);
      const client = await queue.client;
      client.defineCommand('age', { numberOfKeys: 1, lua: `return redis.call('ZADD', KEYS[1], ARGV[1], ARGV[2])` });
      const [youngest] = await queue.getCompleted();
      await client.runCommand('age', [queue.toKey('completed'), Date.now() - 61_000, youngest?.id]);
      expect(await queues.status()).toMatchObject({ ...done, processingRate: 2 });
    } finally {
      await queues.close();
      await queue.close();
    }
  });

  test('queues of the application itself, and a Redis that goes away: the others are still told', async () => {
    const own = await startRedis();
    const settings = {
      host: '127.0.0.1',
      port: own.port,
      maxRetriesPerRequest: 1,
      enableOfflineQueue: false,
      disconnectTimeout: 100,
    };
    const queue = new Queue('mail', { connection: settings });
    const client = await queue.client;
    const queues = queuesOf([]);
    queues.register(fromBullmq([queue]));
    queues.register({ name: 'mine', read: async () => ({ ...EMPTY, states: { ready: 2 } }) });
    try {
      await queue.add('one', {});
      expect(await queues.status()).toMatchObject({ queueSize: 3, sources: { bullmq: 'ok', mine: 'ok' } });
      await own.stop();
      const status = await queues.status();
      expect(status.queueSize).toBe(2);
      expect(status.sources?.bullmq).toMatch(/^cannot be read: /);
    } finally {
      client.disconnect();
      await own.stop();
    }
  });

  test('a queue that keeps nothing of what it did: its pace is not known, and no standstill', async () => {
    const server = { host: '127.0.0.1', port: redis.port };
    const queue = new Queue('forgetful', { connection: server, defaultJobOptions: { removeOnComplete: true } });
    const queues = queuesOf([{ type: 'bullmq', queues: ['forgetful'], connection: server }]);
    try {
      for (let job = 0; job < 3; job++) await queue.add('mail', {});
      // Nothing was done yet, and that is known.
      expect(await queues.status()).toMatchObject({ queueSize: 3, processingRate: 0, completedJobs: 0 });
      const worker = new Worker('forgetful', async () => 1, { connection: server });
      while ((await queue.count()) > 0) await sleep(20);
      await worker.close();
      await queue.add('mail', {});
      expect(await queues.status()).toMatchObject({ queueSize: 1, processingRate: null, completedJobs: null });
    } finally {
      await queues.close();
      await queue.close();
    }
  });

  test('a queue that keeps its last hundred: a pace beyond them is not known', async () => {
    const server = { host: '127.0.0.1', port: redis.port };
    const queue = new Queue('short-memory', { connection: server, defaultJobOptions: { removeOnComplete: 2 } });
    const queues = queuesOf([{ type: 'bullmq', queues: ['short-memory'], connection: server }]);
    try {
      for (let job = 0; job < 5; job++) await queue.add('mail', {});
      const worker = new Worker('short-memory', async () => 1, { connection: server });
      while ((await queue.count()) > 0 || (await queue.getActiveCount()) > 0) await sleep(20);
      await worker.close();
      expect(await queue.getCompletedCount()).toBe(2);
      expect(await queues.status()).toMatchObject({ processingRate: null, completedJobs: null });
    } finally {
      await queues.close();
      await queue.close();
    }
  });

  test('two servers, of which one is away: what is missing is told beside what is not', async () => {
    const here = { host: '127.0.0.1', port: redis.port };
    const away = { host: '127.0.0.1', port: await freePort() };
    const queue = new Queue('export', { connection: here });
    const queues = queuesOf([
      { type: 'bullmq', queues: ['mail'], connection: away },
      { type: 'bullmq', queues: ['export'], connection: here },
    ]);
    try {
      await queue.add('one', {});
      expect(await queues.status()).toMatchObject({
        queueSize: 1,
        sources: { bullmq: expect.stringMatching(/^cannot be read: /), 'bullmq #2': 'ok' },
      });
    } finally {
      await queues.close();
      await queue.close();
    }
  });

  test('no Redis at all: the status is refused in time, and nothing keeps the process', async () => {
    const port = await freePort();
    const queues = queuesOf([{ type: 'bullmq', queues: ['mail'], connection: { host: '127.0.0.1', port } }]);
    await expect(queues.status()).rejects.toThrow();
    await queues.close();
  });
});

const EMPTY = {
  states: {},
  readyByType: {},
  oldestReadyAgeSeconds: null,
  processedPerMinute: null,
  completed: null,
  averageProcessingMs: null,
} as const;

describe('sql', () => {
  const sources = (states: string): QueueOptions[] => [
    {
      type: 'sql',
      name: 'outbox',
      queries: {
        states,
        readyByType: `select 'mail' as type, 4 as count`,
        oldestReadyAgeSeconds: 'select 12.5 as age',
      },
    },
  ];

  test('figures by the queries of the application', async () => {
    const status = await queuesOf(
      sources(`select 'ready' as state, 4::bigint as count union select 'failed', 1`),
    ).status();
    expect(status).toMatchObject({ queueSize: 4, failedJobs: 1, oldestReadyAgeSeconds: 12.5, jobsByType: { mail: 4 } });
  });

  test('two rows of one state are one figure: the application may have two words for it', async () => {
    const source = { type: 'sql', name: 'outbox' } as const;
    const states = `select 'ready' as state, 4 as count union all select 'ready', 3`;
    const readyByType = `select 'mail' as type, 5 as count union all select 'mail', 2`;
    const status = await queuesOf([{ ...source, queries: { states, readyByType } }]).status();
    expect(status).toMatchObject({ queueSize: 7, jobsByType: { mail: 7 } });
  });

  test('a query slower than anybody waits for is not begun again while it is under way', async () => {
    const states = `select 'ready' as state, 4 as count from pg_sleep(2)`;
    const queues = queuesOf([{ type: 'sql', name: 'slow', queries: { states } }]);
    await expect(queues.status()).rejects.toThrow('no answer within');
    await expect(queues.status()).rejects.toThrow('no answer within');
    const running = `select from pg_stat_activity where state = 'active' and query = $1`;
    expect((await sql(database.name, running, [states])).length).toBeLessThan(2);
    // Whoever asks as it ends has its answer.
    let status: JobStatus | undefined;
    while (!status) status = await queues.status().catch(() => undefined);
    expect(status.queueSize).toBe(4);
  });

  test.each([
    ['another shape', `select 'waiting' as state, 4 as count`, /the query states of outbox answers otherwise/],
    ['a fault', 'select nonsense', /column "nonsense" does not exist/],
  ])('%s is said', async (_name, states, reason) => {
    await expect(queuesOf(sources(states)).status()).rejects.toThrow(reason);
  });
});

describe('a source of the application', () => {
  test('is asked as itself, and what it leaves out or gets wrong is its own fault alone', async () => {
    class Mailer {
      readonly name = 'mailer';
      readonly #waiting = 3;
      async read() {
        return { ...EMPTY, states: { ready: this.#waiting } };
      }
    }
    const queues = queuesOf([]);
    queues.register(new Mailer());
    queues.register({ name: 'careless', read: async () => ({ states: { ready: 2 } }) as never });
    queues.register({ name: 'wrong', read: async () => ({ ...EMPTY, states: { ready: Number.NaN } }) });
    expect(await queues.status()).toMatchObject({
      queueSize: 3,
      sources: {
        mailer: 'ok',
        careless: expect.stringContaining('cannot be read: readyByType'),
        wrong: expect.stringContaining('cannot be read: states.ready'),
      },
    });
  });

  test('may have jobs of any name', async () => {
    const queues = queuesOf([]);
    const read = async () => ({ ...EMPTY, states: { ready: 1 }, readyByType: { constructor: 1 } });
    queues.register({ name: 'one', read });
    queues.register({ name: 'other', read });
    expect((await queues.status()).jobsByType).toEqual({ constructor: 2 });
  });
});
