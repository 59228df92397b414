import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { OperatorError } from '../../src/lib/errors.js';
import { onceAmongHosts } from '../../src/lib/maintenance/among-hosts.js';
import { testContext } from '../support/context.js';
import { sql, testServer, useDatabase } from '../support/database.js';
import { run, runJson, temporaryDirectory } from '../support/run.js';

// A host is a state directory: its lock, its records. All have one database.
const database = useDatabase();
const hosts = ['a', 'b'].map(() => temporaryDirectory());

function configOf(state: string, settings: object = {}): string {
  const config = join(state, 'config.json');
  const server = { ...testServer, database: database.name, sslmode: 'disable', ...settings };
  writeFileSync(config, JSON.stringify({ database: server, stateDirectory: state }), { mode: 0o600 });
  return config;
}

const daily = (state = '', ...more: string[]) => [
  'maintenance',
  'daily',
  '--only',
  'config validate',
  '--once-within',
  '1h',
  '--config',
  configOf(state),
  ...more,
];
const stepOf = ({ document }: { document: { result: { steps: { id: string; status: string; reason?: string }[] } } }) =>
  document.result.steps.find(({ id }) => id === 'config validate');

beforeEach(() => sql(database.name, 'drop schema if exists viktoria_ops cascade'));

describe('one firing of cron on two hosts', () => {
  test('is run by one of them, and both are content', async () => {
    const ran = await Promise.all(hosts.map((state) => runJson(daily(state))));
    expect(ran.map(({ code }) => code)).toEqual([0, 0]);
    expect(ran.map((one) => String(stepOf(one)?.status)).toSorted()).toEqual(['ok', 'skipped']);
    const [left] = ran.filter(({ document }) => document.status === 'skipped');
    const [done] = ran.filter(({ document }) => document.status === 'ok');
    expect(left?.document.result.recordFile).toBeNull();
    expect(stepOf(left as never)?.reason).toContain(`its run ${done?.document.result.runId}`);
    expect(await sql(database.name, 'select run from viktoria_ops.tier_runs')).toEqual([
      { run: done?.document.result.runId },
    ]);
  });

  test('also quietly, and in one line on a terminal', async () => {
    await run(daily(hosts[0]));
    expect(await run(daily(hosts[1], '--quiet'))).toEqual({ code: 0, stdout: '', stderr: '' });
    const { stdout } = await run(daily(hosts[1]));
    expect(stdout.split('\n')[0]).toMatch(/left to .+: its run [0-9a-f]+ of /);
  });

  test('the next firing is run again', async () => {
    await runJson(daily(hosts[0]));
    await sql(database.name, `update viktoria_ops.tier_runs set ended_at = ended_at - interval '61 min'`);
    expect(stepOf(await runJson(daily(hosts[1])))?.status).toBe('ok');
  });

  test('the run of a host that died on the way is taken over', async () => {
    await runJson(daily(hosts[0]));
    await sql(database.name, 'update viktoria_ops.tier_runs set ended_at = null');
    expect(stepOf(await runJson(daily(hosts[1])))?.status).toBe('ok');
  });

  test.each([
    ['SIGTERM leaves it to the next', 'VOPS-SIGTERM', null],
    ['its deadline does not', 'VOPS-DEADLINE', expect.any(Date)],
  ] as const)('a run that is ended: %s', async (_, code, ended) => {
    const controller = new AbortController();
    const config = configOf(hosts[0] ?? '');
    const context = testContext({ signal: controller.signal, configFlags: { config } });
    const turn = { tier: 'daily', withinMs: 60_000, waitMs: 0 };
    const run = async () => controller.abort(new OperatorError(code, 'ended'));
    await onceAmongHosts(context, turn, { run, leave: () => undefined });
    expect(await sql(database.name, 'select ended_at from viktoria_ops.tier_runs')).toEqual([{ ended_at: ended }]);
  });
});

describe('while another host works', () => {
  let other: pg.Client;
  const hold = async (tier: string) => {
    await runJson(daily(hosts[0]));
    await sql(database.name, `update viktoria_ops.tier_runs set tier = $1, host = 'web-1', ended_at = null`, [tier]);
    other = new pg.Client({ ...testServer, database: database.name });
    await other.connect();
    await other.query('select pg_advisory_lock($1, $2)', [0x564f5053, 2]);
  };

  test('at the same tier, it is left to it', async () => {
    await hold('daily');
    const ran = await runJson(daily(hosts[1], '--lock-wait', '0s'));
    await other.end();
    expect(ran.code).toBe(0);
    expect(stepOf(ran)?.reason).toMatch(/^left to web-1/);
  });

  test('at another tier, we are told who holds us up', async () => {
    await hold('weekly');
    const { code, document } = await runJson(daily(hosts[1], '--lock-wait', '0s'));
    await other.end();
    expect([code, document.error.code]).toEqual([75, 'VOPS-LOCK-BUSY']);
    expect(document.error.message).toContain('runs a maintenance tier');
  });
});

const READER = `reader_${process.pid}`;
beforeAll(() => sql('postgres', `create role ${READER} login`));
afterAll(() => sql('postgres', `drop role ${READER}`));

describe('twice is better than never', () => {
  test.each([
    ['without a database', { port: 1 }],
    ['without the right to write there', { user: READER }],
  ])('%s', async (_, settings) => {
    const [state = ''] = hosts;
    const argv = daily(state);
    configOf(state, settings);
    const ran = await runJson(argv);
    expect(stepOf(ran)?.status).toBe('ok');
    expect(ran.document.status).toBe('warning');
    expect(ran.document.findings).toContainEqual(
      expect.objectContaining({ code: 'VOPS-MAINTENANCE-ALONE', severity: 'warning' }),
    );
  });
});

test('without the flag nothing is written into the database', async () => {
  const [state = ''] = hosts;
  const { code } = await run(['maintenance', 'daily', '--only', 'config validate', '--config', configOf(state)]);
  expect(code).toBe(0);
  expect(await sql(database.name, `select from pg_namespace where nspname = 'viktoria_ops'`)).toEqual([]);
});
