import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { EventRow } from '../../src/lib/monitor/archive/tables.js';
import { watchConfiguration } from '../../src/lib/monitor/config-changes.js';
import { changesBetween, digestOf, hashesOf } from '../../src/lib/monitor/config-digest.js';
import { createMonitor } from '../../src/lib/monitor/index.js';
import { sql, testServer, useDatabase } from '../support/database.js';
import { temporaryDirectory } from '../support/run.js';
import { until } from '../support/until.js';

const database = useDatabase();

const secret = 'a key of the application';

test('only what differs is told, and no value can be read from what is kept', () => {
  const before = hashesOf({ database: { pool: { max: 10 }, password: 'hunter2' }, old: 1, same: [1, 2] }, secret);
  const after = hashesOf(
    { database: { pool: { max: 20 }, password: 'hunter3' }, fresh: () => 1, same: [1, 2] },
    secret,
  );
  expect(changesBetween(before, after)).toEqual([
    { path: 'database.password', kind: 'changed' },
    { path: 'database.pool.max', kind: 'changed' },
    { path: 'fresh', kind: 'added' },
    { path: 'old', kind: 'removed' },
  ]);
  expect(JSON.stringify([before, after])).not.toMatch(/hunter|20/);
  expect(hashesOf({ password: 'hunter2' }, 'another key').password).not.toBe(
    hashesOf({ password: 'hunter2' }, secret).password,
  );
});

test('equal configurations have one digest, whatever the order; others another', () => {
  fc.assert(
    fc.property(fc.object({ maxDepth: 3 }), (value) => {
      const reversed = Object.fromEntries(Object.entries(value).reverse());
      expect(digestOf(hashesOf(reversed, secret))).toBe(digestOf(hashesOf(value, secret)));
      const changed = { ...value, 'one more': 1 };
      if (!('one more' in value))
        expect(digestOf(hashesOf(changed, secret))).not.toBe(digestOf(hashesOf(value, secret)));
    }),
  );
});

test('keys with dots, and names that every object has, are keys like any other', () => {
  const changesOf = (before: object, after: object) =>
    changesBetween(hashesOf(before, secret), hashesOf(after, secret));
  expect(changesOf({ 'a.b': 1, a: { b: 2 } }, { 'a.b': 2, a: { b: 2 } })).toEqual([
    { path: '["a.b"]', kind: 'changed' },
  ]);
  expect(changesOf({ same: 1 }, { same: 1, constructor: 1, ...JSON.parse('{"__proto__":1}') })).toEqual([
    { path: '__proto__', kind: 'added' },
    { path: 'constructor', kind: 'added' },
  ]);
});

test('cycles, instances and great depth end', () => {
  const cycle: Record<string, unknown> = { socket: new (class Transport {})() };
  cycle.self = cycle;
  expect(Object.keys(hashesOf(cycle, secret)).length).toBeLessThan(20);
});

test('a start is compared with the one before, and files are watched while it runs', async () => {
  const root = temporaryDirectory();
  const directory = join(root, 'config');
  mkdirSync(directory);
  writeFileSync(join(directory, 'server.js'), 'module.exports = { port: 1 };');
  const start = (values: unknown) => {
    const rows: EventRow[] = [];
    const configuration = { values, root, directory, secret };
    return { rows, watch: watchConfiguration({ configuration, instance: 'i', push: (row) => rows.push(row) }) };
  };
  const first = start({ port: 1 });
  first.watch.compareWith([]);
  expect(first.rows).toMatchObject([{ kind: 'config', body: { seen: 'boot', changes: [] } }]);
  const kept = first.rows.map(({ body }) => body);
  const same = start({ port: 1 });
  same.watch.compareWith(kept);
  expect(same.rows).toEqual([]);
  const changed = start({ port: 2 });
  changed.watch.compareWith([{ seen: 'running' }, ...kept]);
  expect(changed.rows).toMatchObject([{ body: { changes: [{ path: 'port', kind: 'changed' }] } }]);
  await same.watch.start();
  try {
    await new Promise((resolve) => setTimeout(resolve, 100));
    writeFileSync(join(directory, 'server.js'), 'module.exports = { port: 22 };');
    const end = performance.now() + 5_000;
    while (same.rows.length === 0 && performance.now() < end) await new Promise((resolve) => setTimeout(resolve, 50));
    expect(same.rows).toMatchObject([
      { body: { seen: 'running', changes: [{ path: 'config/server.js', kind: 'changed' }] } },
    ]);
  } finally {
    same.watch.stop();
  }
}, 10_000);

test('a start is compared with the one before, however many files changed in between', async () => {
  const root = temporaryDirectory();
  const start = async (values: object) => {
    const monitor = createMonitor({
      application: { version: '1', environment: 'test', startedAt: new Date(), activeConnections: () => 0 },
      checks: [],
      jobs: [],
      activity: () => ({ requests: 0, activeUsers: 0 }),
      diskPath: root,
      resolveFrom: import.meta.url,
      version: '1',
      postgres: { ...testServer, database: database.name },
      configuration: { values, root, directory: join(root, 'config'), secret },
    });
    monitor.start();
    await until(async () => (await startsKept()) !== undefined);
    return monitor;
  };
  const startsKept = async () => {
    const [table] = await sql(database.name, `select to_regclass('viktoria_ops.events') as found`);
    const kept = `select body->'changes' as changes from viktoria_ops.events where body->>'seen' = 'boot' order by at desc`;
    return table?.found ? (await sql(database.name, kept))[0]?.changes : undefined;
  };
  await (await start({ port: 1 })).stop();
  // A deployment of a dozen files under two instances.
  await sql(
    database.name,
    `insert into viktoria_ops.events select 'config', n::text, now(), 'i',
       jsonb_build_object('seen', 'running', 'changes', jsonb_build_array(jsonb_build_object('path', n, 'kind', 'changed')))
     from generate_series(1, 24) as n`,
  );
  const second = await start({ port: 2 });
  try {
    await until(async () => JSON.stringify(await startsKept()) === '[{"kind":"changed","path":"port"}]');
  } finally {
    await second.stop();
  }
});
