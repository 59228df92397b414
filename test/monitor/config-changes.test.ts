import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { EventRow } from '../../src/lib/monitor/archive/tables.js';
import { watchConfiguration } from '../../src/lib/monitor/config-changes.js';
import { changesBetween, digestOf, hashesOf } from '../../src/lib/monitor/config-digest.js';
import { temporaryDirectory } from '../support/run.js';

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
