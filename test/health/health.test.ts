import type { AddressInfo } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { describe, expect, test } from '@jest/globals';
import healthCommand from '../../src/commands/health.js';
import queueCommand from '../../src/commands/queue/status.js';
import type { SystemOverview } from '../../src/lib/contract/index.js';
import { freePort } from '../../src/lib/demo/postgres.js';
import { OperatorError } from '../../src/lib/errors.js';
import type { HealthContext } from '../../src/lib/health/check.js';
import { judgeApplication, judgeHost, judgeNetwork, judgeProcess } from '../../src/lib/health/decide.js';
import { endpointsOf, probe } from '../../src/lib/health/endpoints.js';
import { health } from '../../src/lib/health/index.js';
import { withDatabase } from '../../src/lib/pg/connect.js';
import { testServer } from '../support/database.js';
import { apiAt, configOf, serve, serveApi, serveRaw } from '../support/stub-server.js';

const overview = healthCommand.sample.overview as SystemOverview;
const jobs = { ...queueCommand.sample, failedJobs: 0 };
const config = configOf({});
const signal = new AbortController().signal;

/** A database on a port where nothing listens unless the real one is asked for. */
function contextAt(
  url: string,
  database: { port: number },
  levels: Readonly<Record<string, object>> = {},
): HealthContext {
  const { api, config } = apiAt(url, {
    // The figures of the machine that runs the test are not what is tested.
    kpis: { memoryUsage: { target: 1, warning: 1, critical: 1 }, diskUsage: { target: 1, warning: 1, critical: 1 } },
    health: { loadPerProcessor: { warning: 1000 } },
    database: { host: '127.0.0.1', user: 'postgres', database: 'postgres', connectTimeout: '2s', ...database },
    ...levels,
  });
  return {
    api,
    config,
    signal,
    elapsed: () => performance.now(),
    pg: async (use) =>
      withDatabase({ config: (await config()).database, applicationName: 'test', signal, env: {} }, use),
  };
}

const statuses = ({ result }: Awaited<ReturnType<typeof health>>) =>
  Object.fromEntries(result.checks.map(({ name, status }) => [name, status]));

describe('health', () => {
  test('all is well', async () => {
    const outcome = await health(contextAt(await serveApi({ '/health': overview, '/jobs': jobs }), testServer));
    expect(outcome).toMatchObject({ status: 'ok', result: { overview } });
    expect(statuses(outcome)).toEqual({
      application: 'ok',
      process: 'ok',
      jobs: 'ok',
      database: 'ok',
      host: 'ok',
      network: 'ok',
    });
    expect(outcome.result.checks.find(({ name }) => name === 'database')?.message).toMatch(
      /^PostgreSQL \d+\.\d+ answers$/,
    );
  });

  test('the application is asked once for its health', async () => {
    const asked: string[] = [];
    const url = await serve((request, response) => {
      asked.push(request.url ?? '');
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(request.url?.endsWith('/jobs') ? jobs : overview));
    });
    await health(contextAt(url, testServer));
    expect(asked.sort()).toEqual(['/api/hook-monitoring/health', '/api/hook-monitoring/jobs']);
  });

  test('an application that is not there is said once: no verdict, dependants skipped', async () => {
    const port = await freePort();
    const outcome = await health(contextAt(`http://127.0.0.1:${port}`, testServer));
    expect(outcome.status).toBe('unknown');
    expect(outcome.result.overview).toBeNull();
    expect(statuses(outcome)).toEqual({
      application: 'unknown',
      process: 'skipped',
      jobs: 'skipped',
      database: 'ok',
      host: 'ok',
      network: 'unknown',
    });
    expect(outcome.findings).toEqual([
      {
        code: 'VOPS-API-UNREACHABLE',
        severity: 'unknown',
        message: `application: 127.0.0.1:${port} refused the connection: nothing listens there`,
        hint: expect.any(String),
      },
    ]);
  });

  test('a database that is not there is a finding', async () => {
    const url = await serveApi({ '/health': overview, '/jobs': jobs });
    const outcome = await health(contextAt(url, { port: await freePort() }));
    expect(statuses(outcome)).toMatchObject({ application: 'ok', database: 'unknown', network: 'unknown' });
    expect(outcome).toMatchObject({
      status: 'unknown',
      findings: [{ code: 'VOPS-DB-UNREACHABLE', severity: 'unknown' }],
    });
  });

  test('critical, with status 503: answered, so failed', async () => {
    const critical = {
      ...overview,
      status: 'critical',
      checks: [{ name: 'database', status: 'critical', message: 'no answer within 800 ms' }],
    };
    const url = await serve((request, response) => {
      response.writeHead(request.url?.endsWith('/health') ? 503 : 200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(request.url?.endsWith('/health') ? critical : jobs));
    });
    const outcome = await health(contextAt(url, testServer));
    expect(outcome).toMatchObject({
      status: 'failed',
      findings: [
        {
          code: 'VOPS-HEALTH-APPLICATION',
          severity: 'error',
          message: 'the application reports its database as critical: no answer within 800 ms',
        },
      ],
    });
  });

  test('no token, no verdict; the jobs are not a second complaint', async () => {
    const url = await serve((_, response) => response.writeHead(401).end());
    const outcome = await health(contextAt(url, testServer));
    expect(outcome.status).toBe('unknown');
    expect(outcome.findings.map(({ code }) => code)).toEqual(['VOPS-API-DENIED']);
  });

  test('jobs alone without an answer are a finding of their own', async () => {
    const outcome = await health(contextAt(await serveApi({ '/health': overview }), testServer));
    expect(statuses(outcome)).toMatchObject({ application: 'ok', jobs: 'unknown' });
    expect(outcome.findings.map(({ code }) => code)).toEqual(['VOPS-API-NOT-OFFERED']);
  });

  test('a silent application costs its timeout, once', async () => {
    const url = await serveRaw(() => undefined);
    const start = performance.now();
    const outcome = await health(contextAt(url, testServer, { app: { timeout: '300ms' } }));
    expect(outcome.findings.map(({ code }) => code)).toEqual(['VOPS-API-TIMEOUT']);
    expect(performance.now() - start).toBeLessThan(2000);
  });

  test('an aborted run is no verdict on anything', async () => {
    const reason = new OperatorError('VOPS-SIGINT', 'interrupted');
    const context = { ...contextAt(await serveRaw(() => undefined), testServer), signal: AbortSignal.abort(reason) };
    const api = apiAt(await serveRaw(() => undefined), {}, context.signal).api;
    await expect(health({ ...context, api })).rejects.toBe(reason);
  });

  test('a bug in a check is not a finding', async () => {
    const url = await serveApi({ '/health': overview, '/jobs': jobs });
    const pg = () => Promise.reject(new TypeError('a bug'));
    await expect(health({ ...contextAt(url, testServer), pg })).rejects.toThrow('a bug');
  });
});

const codes = (findings: readonly { code: string; severity: string }[]) =>
  findings.map(({ code, severity }) => `${code.replace('VOPS-HEALTH-', '')} ${severity}`);

describe('verdicts', () => {
  const check = (status: SystemOverview['status']) => ({ name: 'x', status, message: 'm' });

  test.each<[string, Partial<SystemOverview>, string[]]>([
    ['healthy', {}, []],
    ['warning without a reason', { status: 'warning' }, ['APPLICATION warning']],
    ['warning, named by a check', { status: 'warning', checks: [check('warning')] }, ['APPLICATION warning']],
    [
      'worse than its checks',
      { status: 'critical', checks: [check('warning')] },
      ['APPLICATION warning', 'APPLICATION error'],
    ],
    ['a check worse than the whole', { checks: [check('critical')] }, ['APPLICATION error']],
    ['just restarted', { uptime: 60 }, ['RESTARTED info']],
  ])('application %s', (_, changes, expected) => {
    expect(codes(judgeApplication({ ...overview, ...changes }, config.health))).toEqual(expected);
  });

  const figures = overview.process as NonNullable<SystemOverview['process']>;
  test.each<[Partial<typeof figures>, string[]]>([
    [{}, []],
    [{ eventLoopLagMs: 100 }, []],
    [{ eventLoopLagMs: 101 }, ['EVENT-LOOP warning']],
    [{ eventLoopLagMs: 1001 }, ['EVENT-LOOP error']],
    [{ heapUsedBytes: 0.85 * figures.heapLimitBytes }, ['HEAP warning']],
    [{ heapUsedBytes: 0.95 * figures.heapLimitBytes }, ['HEAP error']],
  ])('process %j', (changes, expected) => {
    expect(codes(judgeProcess({ ...figures, ...changes }, config))).toEqual(expected);
  });

  const disk = (usage: number | null, inodeUsage: number | null = 0.1) => ({
    fileSystems: [{ path: '/', device: '1', usage, inodeUsage }],
  });
  test.each<[Partial<Parameters<typeof judgeHost>[0]>, string[]]>([
    [{}, []],
    [{ loadPerProcessor: 2.1 }, ['LOAD warning']],
    [{ memoryUsage: 0.81 }, ['MEMORY warning']],
    [{ memoryUsage: 0.91 }, ['MEMORY error']],
    [disk(0.85), []],
    [disk(0.86), ['DISK warning']],
    [disk(0.96, 0.99), ['DISK error', 'DISK error']],
    [disk(null, null), ['DISK unknown']],
  ])('host %j', (changes, expected) => {
    const calm = { loadPerProcessor: 0.1, memoryUsage: 0.2, fileSystems: [] };
    expect(codes(judgeHost({ ...calm, ...changes }, config))).toEqual(expected);
  });

  const day = 86_400_000;
  test.each<[number, number | null, string[]]>([
    [3, null, []],
    [501, null, ['LATENCY warning']],
    [3, 30 * day, []],
    [3, 14 * day, ['CERTIFICATE warning']],
    [3, 3 * day, ['CERTIFICATE error']],
    [3, -day, ['CERTIFICATE error']],
  ])('network: %i ms, certificate for %s ms', (latencyMs, certificateLifetimeMs, expected) => {
    const probed = { at: 'h:1', isReachable: true, latencyMs, certificateLifetimeMs } as const;
    const gone = { at: 'h:2', isReachable: false, reason: 'ECONNREFUSED' } as const;
    expect(codes(judgeNetwork([probed, gone], config))).toEqual(expected);
  });
});

describe('endpoints', () => {
  test.each([
    ['http://localhost:1337', 'localhost', ['localhost:1337', 'localhost:5432']],
    ['https://api.example.org/x', 'db', ['api.example.org:443', 'db:5432']],
    ['http://[::1]:80', '/run/postgresql', ['::1:80']],
  ])('%s and %s', (url, host, expected) => {
    const endpoints = endpointsOf(configOf({ app: { url }, database: { host } }));
    expect(endpoints.map(({ host, port }) => `${host}:${port}`)).toEqual(expected);
  });

  test('the remaining life of a certificate, trusted or not', async () => {
    const server = createTlsServer({ key: KEY, cert: CERTIFICATE }, (socket) => socket.end());
    server.on('tlsClientError', () => undefined);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const probed = await probe({ host: '127.0.0.1', port, isTls: true, timeoutMs: 2000 }, signal);
    await new Promise((resolve) => server.close(resolve));
    expect(probed).toMatchObject({ isReachable: true, certificateLifetimeMs: expect.any(Number) });
    if (!probed.isReachable) throw new Error(probed.reason);
    const end = Date.now() + (probed.certificateLifetimeMs ?? 0);
    expect(Math.abs(end - Date.parse('Oct 30 19:20:45 2126 GMT'))).toBeLessThan(60_000);
  });

  test('TLS asked of a server that stays silent ends in time', async () => {
    const { port } = new URL(await serveRaw(() => undefined));
    const probed = await probe({ host: '127.0.0.1', port: Number(port), isTls: true, timeoutMs: 150 }, signal);
    expect(probed).toEqual({ at: `127.0.0.1:${port}`, isReachable: false, reason: 'no answer in time' });
  });
});

// Self-signed, for nobody.
const KEY = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgDOkw2Q+zkKbjAOB5
LKI7aluaKIrg6lz0AdvmJ3zxOXChRANCAARzzbyNnDINiBOFSFNarqSNZF/0wXBl
IZHOPLGu+ghK1TxKcDBrNmP8w2i+PjlR4MwJX7wg0hnd0QMF8WmDnsQG
-----END PRIVATE KEY-----`;

const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBfzCCASWgAwIBAgIUR5sE6wXs66Ff5YvfxIHgdpcfZpIwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMzE5MjA0NVoYDzIxMjYxMDMw
MTkyMDQ1WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAARzzbyNnDINiBOFSFNarqSNZF/0wXBlIZHOPLGu+ghK1TxKcDBrNmP8
w2i+PjlR4MwJX7wg0hnd0QMF8WmDnsQGo1MwUTAdBgNVHQ4EFgQUBuPydxCpo+Vc
x7Gy91oZf2i0ev4wHwYDVR0jBBgwFoAUBuPydxCpo+Vcx7Gy91oZf2i0ev4wDwYD
VR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNIADBFAiEAzg7HlY5CC+we3Toi/JBW
pJxGfxzU8XbifjE2QZzXu1cCIBlHe2q5739aW+XDm5smXUXnd45EPHukIUCVg0eD
dExi
-----END CERTIFICATE-----`;
