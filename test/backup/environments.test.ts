import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { sql, testServer, useDatabase } from '../support/database.js';
import { runJson, temporaryDirectory } from '../support/run.js';

// One host backs up two backends into one catalogue, production first.
const databases = { production: useDatabase(), staging: useDatabase(), demo: useDatabase() };
const directory = temporaryDirectory();
const config = join(directory, 'config.json');
const ask = async (environment: string, ...argv: string[]) =>
  (await runJson([...argv, '--env', environment, '--config', config])).document;

test('newest is the newest of this environment', async () => {
  const environments: Record<string, object> = {};
  for (const [name, database] of Object.entries(databases)) {
    const root = join(directory, name);
    mkdirSync(join(root, 'config'), { recursive: true });
    writeFileSync(join(root, 'config', `${name}.json`), '{}');
    await sql(database.name, `create table of_${name} (id int)`);
    environments[name] = { app: { root }, database: { database: database.name } };
  }
  const database = { ...testServer, sslmode: 'disable' };
  writeFileSync(config, JSON.stringify({ database, environments, stateDirectory: directory }), { mode: 0o600 });
  for (const name of ['production', 'staging']) {
    await sleep(1_001); // the catalogue tells them apart by the second
    for (const what of ['config backup', 'db backup', 'backup files']) {
      expect((await ask(name, ...what.split(' '))).error).toBeUndefined();
    }
  }

  const restored = await ask('production', 'db', 'restore', '--dry-run');
  expect(restored.result.backup.source).toContain(databases.production.name);
  const into = ['--into', join(directory, 'empty'), '--dry-run'];
  const unpacked = await ask('production', 'backup', 'restore', 'newest', ...into);
  expect(unpacked.result.files.map(({ path }: { path: string }) => path)).toContain('config/production.json');
  expect((await ask('production', 'config', 'diff')).result.files).toEqual([]);
  expect((await ask('production', 'config', 'restore', 'newest', '--dry-run')).error).toBeUndefined();

  // Never backed up: which of the others is meant has to be said.
  const { error } = await ask('demo', 'db', 'restore', '--dry-run');
  expect(error).toMatchObject({ code: 'VOPS-USAGE', hint: expect.stringContaining('backup list') });
  for (const name of ['production', 'staging'] as const) expect(error.message).toContain(databases[name].name);

  // That staging is backed up says nothing of production.
  const catalogue = join(directory, 'backups');
  rmSync(join(catalogue, restored.result.backup.id), { recursive: true });
  expect((await ask('production', 'backup', 'list')).result.newest).toBeNull();
  expect((await ask('production', 'db', 'health')).result.backups).toEqual({ newest: null });
});
