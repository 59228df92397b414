import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { Context } from '../../src/lib/context.js';
import type { RouteName } from '../../src/lib/contract/index.js';
import type { DoctorContext } from '../../src/lib/doctor/check.js';
import { diagnoseClock } from '../../src/lib/doctor/checks/clock.js';
import { diagnoseRole } from '../../src/lib/doctor/checks/role.js';
import { diagnoseProgram } from '../../src/lib/doctor/checks/tools.js';
import { diagnose } from '../../src/lib/doctor/index.js';
import { OperatorError } from '../../src/lib/errors.js';
import { findClientProgram } from '../../src/lib/pg/programs.js';
import { createExecute } from '../../src/lib/process/execute.js';
import { configWith, maintenanceOf, pgOf } from '../support/pg.js';
import { runJson, temporaryDirectory } from '../support/run.js';

/** A backend that lacks some routes, or all. */
function backend(missing: readonly RouteName[]): Context['api'] {
  return async (route) => {
    if (missing.includes(route)) throw new OperatorError('VOPS-API-NOT-OFFERED', `${route} is not offered`);
    return {} as never;
  };
}

function place() {
  const root = temporaryDirectory();
  const [logs, state, bin] = [join(root, 'logs'), join(root, 'state'), join(root, 'bin')];
  for (const directory of [logs, state, bin]) mkdirSync(directory, { mode: 0o700 });
  return { root, logs, state, bin };
}

function doctor({ logs, state }: ReturnType<typeof place>, changes: Partial<DoctorContext> = {}): DoctorContext {
  const { signal } = new AbortController();
  const env = changes.env ?? { PATH: process.env.PATH };
  return {
    api: backend(['usage', 'openapi']),
    config: configWith({ logs: { directory: logs } }),
    env,
    exec: createExecute({ env, signal }),
    now: () => new Date(),
    maintenance: maintenanceOf(),
    pg: pgOf(),
    signal,
    state: async () => state,
    ...changes,
  };
}

async function checked(context: DoctorContext) {
  const outcome = await diagnose(context);
  return { ...outcome, ...Object.fromEntries(outcome.result.checks.map(({ name, ...rest }) => [name, rest])) };
}

const failing = (code: 'VOPS-CONFIG-INVALID' | 'VOPS-DB-UNREACHABLE' | 'VOPS-API-UNREACHABLE') => async () => {
  throw new OperatorError(code, `${code}, in words`, { hint: 'mend it' });
};

test('asks what ends and changes nothing', async () => {
  const asked: string[] = [];
  const api: Context['api'] = async (route) => {
    asked.push(route);
    return {} as never;
  };
  await checked(doctor(place(), { api }));
  expect(asked).toEqual(expect.arrayContaining(['health', 'usage', 'featureFlags']));
  for (const route of ['events', 'debugLogging', 'collectGarbage', 'clearCaches']) expect(asked).not.toContain(route);
});

test('a sound installation: optional routes may be missing', async () => {
  const report = await checked(doctor(place()));
  expect(report).toMatchObject({
    node: { status: 'ok' },
    configuration: { status: 'ok' },
    secrets: { status: 'ok' },
    'state directory': { status: 'ok' },
    backend: { status: 'ok', message: expect.stringContaining('optional and not offered: /usage, /openapi.json') },
    database: { status: 'ok', message: expect.stringContaining('PostgreSQL') },
    'database role': { status: 'warning', message: expect.stringContaining('superuser') },
    clock: { status: 'ok' },
    compression: { status: 'ok' },
    'log directory': { status: 'ok' },
  });
  expect(report.result.checks).toHaveLength(17);
});

test('a broken configuration is one finding, and the rest is still looked at', async () => {
  const broken = failing('VOPS-CONFIG-INVALID');
  const { bin, ...rest } = place();
  for (const name of ['pg_dump', 'psql']) {
    writeFileSync(join(bin, name), `#!/bin/sh\necho '${name} (PostgreSQL) 15.18'\n`, { mode: 0o755 });
  }
  const env = { PATH: `${bin}:${process.env.PATH}` };
  const changes = { config: broken, state: broken, pg: broken, api: broken, env };
  const report = await checked(doctor({ bin, ...rest }, changes));
  expect(report).toMatchObject({
    status: 'failed',
    node: { status: 'ok' },
    configuration: { status: 'failed', fix: 'mend it' },
    'state directory': { status: 'unknown' },
    backend: { status: 'unknown', because: 'configuration' },
    database: { status: 'unknown', because: 'configuration' },
    clock: { status: 'unknown', because: 'configuration' },
    compression: { status: 'ok' },
    'log directory': { status: 'unknown', because: 'configuration' },
  });
  expect(report.findings).toMatchObject([{ code: 'VOPS-DOCTOR-CONFIGURATION', severity: 'error', hint: 'mend it' }]);
});

test('nothing answers: each says so once, what depends on it is not known', async () => {
  const changes = { pg: failing('VOPS-DB-UNREACHABLE'), api: failing('VOPS-API-UNREACHABLE') };
  expect(await checked(doctor(place(), changes))).toMatchObject({
    backend: { status: 'failed', fix: 'mend it' },
    database: { status: 'failed', fix: 'mend it' },
    'database role': { status: 'unknown', because: 'database' },
    clock: { status: 'unknown', because: 'database' },
    'state directory': { status: 'ok' },
  });
});

test('a backend without a route that is needed', async () => {
  const report = await checked(doctor(place(), { api: backend(['queueSize']) }));
  expect(report).toMatchObject({
    backend: { status: 'warning', message: expect.stringContaining('/jobs/queue/size') },
  });
});

test('an empty PATH', async () => {
  const { bin, ...rest } = place();
  const report = await checked(doctor({ bin, ...rest }, { env: { PATH: bin } }));
  expect(report).toMatchObject({
    flock: { status: 'failed', fix: expect.stringContaining('util-linux') },
    compression: { status: 'ok', message: expect.stringContaining('gzip') },
    psql: { status: 'warning' },
  });
});

test('a compression that was asked for and is not there', async () => {
  const directories = place();
  const config = configWith({ logs: { directory: directories.logs, compression: 'pigz' } });
  const report = await checked(doctor(directories, { config, env: { PATH: directories.bin } }));
  expect(report).toMatchObject({ compression: { status: 'failed', fix: expect.stringContaining('pigz') } });
});

test('an old pg_dump is never taken, and is named where there is no better one', async () => {
  const directories = place();
  const program = join(directories.bin, 'pg_dump');
  writeFileSync(program, '#!/bin/sh\necho "pg_dump (PostgreSQL) 9.6.24"\n', { mode: 0o755 });
  const env = { PATH: `${directories.bin}:/bin:/usr/bin` };
  const report = await checked(doctor(directories, { env }));
  expect(report).toMatchObject({ pg_dump: { message: expect.not.stringContaining('9.6.24 (') } });
  const { signal } = new AbortController();
  await expect(findClientProgram({ env, signal }, 'pg_dump', 99)).rejects.toMatchObject({
    code: 'VOPS-TOOL-MISSING',
    message: expect.stringContaining(`${program} is 9.6.24`),
    hint: expect.stringContaining('postgresql-client-99'),
  });
});

test('directories and files open to others', async () => {
  const directories = place();
  chmodSync(directories.logs, 0o777);
  chmodSync(directories.state, 0o755);
  writeFileSync(join(directories.root, '.pgpass'), '*:*:*:*:p\n');
  chmodSync(join(directories.root, '.pgpass'), 0o644);
  const env = { PATH: process.env.PATH, HOME: directories.root };
  expect(await checked(doctor(directories, { env }))).toMatchObject({
    secrets: { status: 'warning', fix: expect.stringContaining('chmod 600') },
    'state directory': { status: 'warning', fix: expect.stringContaining('chmod 700') },
    'log directory': { status: 'failed', fix: expect.stringContaining('chmod o-w') },
  });
});

test('no log directory', async () => {
  const config = configWith({ logs: { directory: '/no/such/directory' } });
  const report = await checked(doctor(place(), { config }));
  expect(report).toMatchObject({ 'log directory': { status: 'warning', message: expect.stringContaining('ENOENT') } });
});

test('a clock that is ten seconds late', async () => {
  const report = await checked(doctor(place(), { now: () => new Date(Date.now() - 10_000) }));
  expect(report).toMatchObject({
    clock: { status: 'warning', message: "this clock is 10.0 s behind the database server's" },
  });
});

test('an aborted run ends with its reason', async () => {
  const reason = new OperatorError('VOPS-SIGINT', 'interrupted');
  const controller = new AbortController();
  const never = () => new Promise<never>(() => {});
  const hanging = doctor(place(), { signal: controller.signal, api: never, pg: never, exec: never });
  setTimeout(() => controller.abort(reason), 20);
  await expect(diagnose(hanging)).rejects.toBe(reason);
});

test('the command, with a configuration that cannot be read', async () => {
  // Jest's linker of modules fails when lazy imports that share a module start together, as they do in doctor.
  for (const module of ['config/load', 'files/index', 'api/client', 'pg/connect', 'process/execute']) {
    await import(`../../src/lib/${module}.js`);
  }
  const directory = temporaryDirectory();
  const file = join(directory, 'broken.json');
  writeFileSync(file, '{ "databse": {', { mode: 0o600 });
  const { code, document } = await runJson(['doctor', '--config', file]);
  expect(code).toBe(1);
  expect(document.result.checks).toHaveLength(17);
  expect(document.findings).toContainEqual(
    expect.objectContaining({
      code: 'VOPS-DOCTOR-CONFIGURATION',
      severity: 'error',
      message: expect.stringContaining(file),
    }),
  );
});

describe('decisions', () => {
  test.each([
    [0, 'ok', 'within 0.0 s'],
    [-2_000, 'ok', 'within 2.0 s'],
    [2_001, 'warning', 'behind'],
    [-60_000, 'warning', '60.0 s ahead of'],
  ])('clock skew of %i ms: %s', (skewMs, status, words) => {
    expect(diagnoseClock(skewMs)).toMatchObject({ status, message: expect.stringContaining(words) });
  });

  test.each([
    [true, true, 'ok', undefined],
    [true, null, 'ok', undefined],
    [false, false, 'warning', 'grant pg_monitor, pg_read_all_data to "a""b"'],
    [true, false, 'warning', 'grant pg_read_all_data to "a""b"'],
  ])('a role with stats %s, data %s: %s', (readsAllStats, readsAllData, status, fix) => {
    const found = diagnoseRole({ role: 'a"b', isSuperuser: false, readsAllStats, readsAllData });
    expect(found.status).toBe(status);
    if (fix) expect(found.fix).toContain(fix);
  });

  test.each([
    ['pg_dump (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)', 'ok'],
    ['pg_dump (PostgreSQL) 17beta1', 'ok'],
    ['pg_dump (PostgreSQL) 14.2', 'warning'],
    ['something else', 'warning'],
  ])('%s against server 15: %s', (printed, status) => {
    expect(diagnoseProgram('pg_dump', printed, 15).status).toBe(status);
  });
});
