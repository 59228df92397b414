import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { testServer, useDatabase } from '../support/database.js';
import { run, runJson, temporaryDirectory } from '../support/run.js';

// One host looks after two backends: one file, one state directory. The database of production is down.
const database = useDatabase();
const state = temporaryDirectory();
const config = join(state, 'config.json');

const daily = (environment: string, ...more: string[]) => [
  'maintenance',
  'daily',
  '--only',
  'config validate,db health',
  '--env',
  environment,
  '--config',
  config,
  ...more,
];

test('a run of one environment says nothing about another: not to --resume, and not to history', async () => {
  const server = { ...testServer, database: database.name, sslmode: 'disable' };
  const environments = { production: { database: { port: 1 } }, staging: {} };
  writeFileSync(config, JSON.stringify({ database: server, environments, stateDirectory: state }), { mode: 0o600 });
  expect((await run(daily('production'))).code).toBe(4);
  expect((await run(daily('staging'))).code).toBe(0);

  const { document } = await runJson(daily('production', '--resume'));
  const steps = document.result.steps.filter(({ reason }: { reason?: string }) => reason !== 'not named by --only');
  expect(steps).toMatchObject([
    { id: 'config validate', reason: 'taken over from the run resumed' },
    { id: 'db health', status: 'unknown' },
  ]);

  const { result, findings } = (await runJson(['maintenance', 'history', '--config', config])).document;
  const ran = result.runs.map(({ environment }: { environment: string }) => environment);
  expect(ran.join(' ')).toBe('production staging production');
  expect(result.lastSuccess).toMatchObject([{ tier: 'daily', environment: 'staging' }]);
  expect(findings).toMatchObject([
    {
      code: 'VOPS-MAINTENANCE-LATE',
      message: 'the daily tier of production has not gone well in the runs kept',
      hint: 'viktoria-ops maintenance daily --env production',
    },
  ]);
});
