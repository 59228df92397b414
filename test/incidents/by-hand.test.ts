import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import { verifyAudit } from '../../src/lib/audit/index.js';
import { openIncident, resolve } from '../../src/lib/incidents/incident.js';
import { ticketText } from '../../src/lib/incidents/markdown.js';
import { useInstallation } from '../support/backend.js';
import { start } from '../support/binary.js';
import { sql } from '../support/database.js';
import { incidentSite } from '../support/incidents.js';
import { get } from '../support/monitoring.js';
import { run } from '../support/run.js';
import { serve } from '../support/stub-server.js';

jest.setTimeout(180_000);

const script = (path: string, lines: string) => {
  writeFileSync(path, `#!/bin/sh\n${lines}\n`);
  chmodSync(path, 0o700);
  return path;
};

const linesOf = (path: string) => (existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n') : []);

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe('a real application', () => {
  const installation = useInstallation();
  const pids: number[] = [];
  let health = '';
  beforeAll(async () => {
    const headers = { authorization: `Bearer ${installation.secret}` };
    const answer = await get(`${installation.url()}/api/hook-monitoring/health`, { headers });
    health = JSON.stringify({ ...JSON.parse(answer.body), status: 'healthy' });
  });
  afterAll(() => {
    for (const pid of pids) process.kill(pid, 'SIGKILL');
  });

  /** A program that starts the application and leaves it behind, with the output it was given itself. */
  function supervised(port: number) {
    const place = join(installation.directory, `app-${port}`);
    mkdirSync(place);
    writeFileSync(join(place, 'health.json'), health);
    writeFileSync(
      join(place, 'app.mjs'),
      `import { createServer } from 'node:http'; import { readFileSync } from 'node:fs';
       const body = readFileSync(new URL('health.json', import.meta.url));
       createServer((_, response) => response.setHeader('content-type', 'application/json').end(body)).listen(${port}, '127.0.0.1', () => console.log('up'));`,
    );
    const restart = script(
      join(place, 'restart.sh'),
      `[ -f ${place}/pid ] && kill "$(cat ${place}/pid)"\n${process.execPath} ${place}/app.mjs &\necho $! > ${place}/pid`,
    );
    return { restart, pid: () => Number(readFileSync(join(place, 'pid'), 'utf8')) };
  }

  const incidents = [
    { name: 'application-down', triggers: ['health_check_failed'], actions: ['restart_application', 'notify_team'] },
    {
      name: 'high-error-rate',
      triggers: ['error_rate > 0.05'],
      actions: ['enable_debug_logging', 'analyze_recent_errors'],
    },
    {
      name: 'database-slow',
      triggers: ['avg_query_time > 1000'],
      actions: ['analyze_slow_queries', 'optimize_database'],
    },
  ];

  /** A configuration with a state of its own. */
  function withActions(name: string, actions: object, more: object = {}): string {
    const base = JSON.parse(readFileSync(installation.config, 'utf8'));
    const path = join(installation.directory, `${name}.json`);
    const stateDirectory = join(installation.directory, `state-${name}`);
    writeFileSync(path, JSON.stringify({ ...base, incidents, stateDirectory, automation: { actions }, ...more }), {
      mode: 0o600,
    });
    return path;
  }

  test('is down, is restarted once approved, and seen to be up again', async () => {
    const port = await freePort();
    const app = supervised(port);
    const actions = { restart_application: { target: { command: [app.restart] } } };
    const config = withActions('restart', actions, { app: { url: `http://127.0.0.1:${port}` } });
    const dry = await run(['incidents', 'run', 'application-down', '--dry-run', '--json', '--config', config]);
    expect(JSON.parse(dry.stdout).result).toMatchObject({
      holds: true,
      steps: [
        { state: 'would wait', doing: [app.restart], limits: [{ left: 2 }, { left: 4 }] },
        { state: 'would begin' },
      ],
    });
    const waits = await run(['incidents', 'run', 'application-down', '--config', config]);
    expect(waits.code).toBe(0);
    expect(waits.stdout).toContain('--approve restart_application');
    const approved = await run([
      'incidents',
      'run',
      'application-down',
      '--approve',
      'restart_application',
      '--json',
      '--config',
      config,
    ]);
    pids.push(app.pid());
    const { result, exitCode } = JSON.parse(approved.stdout);
    expect(exitCode).toBe(0);
    expect(result).toMatchObject({
      run: 'application-down-1-run1',
      steps: [{ state: 'done', check: { verdict: 'fixed' } }, { state: 'done' }],
    });
    expect(process.kill(app.pid(), 0)).toBe(true);
    const shown = await run(['incidents', 'show', 'application-down', '--config', config]);
    expect(shown.stdout).toContain('restart_application');
  });

  test('logs in detail for a time, by the secret for actions, and what fails is looked at', async () => {
    const config = withActions('debug', { enable_debug_logging: { ttl: '3s', secret: installation.actionsSecret } });
    const ran = await run(['incidents', 'run', 'high-error-rate', '--json', '--config', config]);
    const { result } = JSON.parse(ran.stdout);
    expect(result.steps).toMatchObject([
      { action: 'enable_debug_logging', state: 'done', note: expect.stringMatching(/level debug until/) },
      { action: 'analyze_recent_errors', state: 'done', note: expect.stringMatching(/errors? of \d+ kinds? in 1h/) },
    ]);
    expect(ran.stdout).not.toContain(installation.actionsSecret);
    const log = join(installation.directory, 'backend', 'logs', 'backend.log');
    const details = () => readFileSync(log, 'utf8').split('"level":"debug"').length - 1;
    const ask = () => get(`${installation.url()}/api/entries`).catch(() => undefined);
    await ask();
    await expectSoon(() => expect(details()).toBeGreaterThan(0));
    // The backend itself goes back to the usual level: nobody else is there to do it.
    await expectSoon(async () => {
      const before = details();
      await ask();
      await new Promise((resolve) => setTimeout(resolve, 50));
      expect(details()).toBe(before);
    });
  });

  test('without the secret, or with a wrong one, the step fails and says what to compare', async () => {
    for (const secret of [undefined, 'wrong-secret']) {
      const config = withActions(`wrong-${secret}`, { enable_debug_logging: secret === undefined ? {} : { secret } });
      const ran = await run(['incidents', 'run', 'high-error-rate', '--json', '--config', config]);
      expect(JSON.parse(ran.stdout).result.steps[0]).toMatchObject({
        state: 'failed',
        note: expect.stringContaining('HOOK_MONITORING_ACTIONS_SECRET'),
      });
      expect(ran.code).toBe(1);
    }
  });

  test('its database is looked at, vacuumed and analysed, and nothing more', async () => {
    await sql(
      installation.database,
      'create table churned as select g as id, g::text as t from generate_series(1, 5000) g',
    );
    await sql(installation.database, 'alter table churned set (autovacuum_enabled = false)');
    await sql(installation.database, 'delete from churned where id % 2 = 0');
    await sql(installation.database, 'analyze churned');
    const config = withActions('optimize', {
      optimize_database: { settle: '1s', postCondition: 'database.averageQueryTime < 1h' },
    });
    const ran = await run(['incidents', 'run', 'database-slow', '--json', '--config', config]);
    const { result } = JSON.parse(ran.stdout);
    expect(result.steps).toMatchObject([{ state: 'done' }, { action: 'optimize_database', state: 'done' }]);
    const statements: string[] = result.steps[1].doing;
    expect(statements.join('\n')).toMatch(/VACUUM \(.*\) public\.churned/);
    for (const statement of statements)
      expect(statement).toMatch(/^(VACUUM \(ANALYZE, SKIP_LOCKED|ANALYZE \(SKIP_LOCKED)/);
    expect(statements.join()).not.toMatch(/FULL|REINDEX/);
    await expectSoon(async () => {
      const [table] = await sql(
        installation.database,
        `select vacuum_count from pg_stat_user_tables where relname = 'churned'`,
      );
      expect(Number(table?.vacuum_count)).toBe(1);
    });
  });
});

async function expectSoon(check: () => void | Promise<void>, withinMs = 15_000): Promise<void> {
  const end = performance.now() + withinMs;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (performance.now() > end) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

test.each([
  ['1500ms', '2s'],
  ['15m', '15m'],
  ['10000s', '167m'],
  ['24h', '1d'],
])('a time of %s for the detailed log is one that the backend takes: %s', async (ttl, asked) => {
  const site = incidentSite({ automation: { actions: { enable_debug_logging: { ttl } } } });
  const { document } = await site.json('incidents', 'run', 'high-error-rate', '--dry-run');
  expect(document.result?.steps[0].doing).toEqual([expect.stringContaining(`"ttl":"${asked}"`)]);
});

test('by hand as at an evaluation, a trigger may be over what our own probes tell', async () => {
  const triggers = ['slo.uptime.burnRate1h > 14.4'];
  const site = incidentSite({
    app: { url: `http://127.0.0.1:${await freePort()}`, timeout: '1s' },
    incidents: [{ name: 'budget', triggers, actions: ['create_incident_ticket'], minSamples: 1 }],
    alerting: { defaultRules: false },
  });
  await site.json('alerts', 'check');
  const { document } = await site.json('incidents', 'run', 'budget', '--dry-run');
  expect(document.result).toMatchObject({ holds: true, triggers });
});

describe('tickets', () => {
  const playbook = {
    name: 'Über "x"\n/close @all',
    triggers: ['health_check_failed'],
    actions: ['create_incident_ticket'],
  };

  test.each([
    [
      'github',
      { repository: 'viktoria/ops', token: 'canary-token-11', labels: ['incident'] },
      { number: 7, html_url: 'https://github.example/7' },
    ],
    ['gitlab', { project: 'group/ops', token: 'canary-token-11' }, { iid: 7, web_url: 'https://gitlab.example/7' }],
    ['jira', { project: 'OPS', email: 'a@b.c', token: 'canary-token-11' }, { key: 'OPS-7' }],
    ['webhook', { token: 'canary-token-11' }, { reference: 'T7', url: 'https://tickets.example/7' }],
  ])('%s', async (system, settings, answer) => {
    const seen: { request: IncomingMessage; body: string }[] = [];
    const url = await serve((request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', (chunk) => {
        body += chunk;
      });
      request.on('end', () => {
        seen.push({ request, body });
        response.statusCode = 201;
        response.setHeader('content-type', 'application/json').end(JSON.stringify(answer));
      });
    });
    const target = { [system]: { ...settings, url } };
    const site = incidentSite({
      incidents: [playbook],
      automation: { actions: { create_incident_ticket: { target } } },
    });
    await site.evaluate({ 'system.status': 'critical' });
    await site.evaluate({ 'system.status': 'critical' });
    expect(seen).toHaveLength(1);
    const [{ request, body } = { request: undefined, body: '' }] = seen;
    expect(`${request?.method} ${request?.url}`).toBe(
      {
        github: 'POST /repos/viktoria/ops/issues',
        gitlab: 'POST /api/v4/projects/group%2Fops/issues',
        jira: 'POST /rest/api/2/issue',
        webhook: 'POST /',
      }[system],
    );
    const basic = Buffer.from('a@b.c:canary-token-11').toString('base64');
    const sent = system === 'gitlab' ? request?.headers['private-token'] : request?.headers.authorization;
    expect(sent).toBe({ gitlab: 'canary-token-11', jira: `Basic ${basic}` }[system] ?? 'Bearer canary-token-11');
    const content = JSON.parse(body);
    const fields = content.fields ?? content;
    expect(fields.title ?? fields.summary).not.toMatch(/[\n\r]/);
    const text: string = fields.body ?? fields.description ?? fields.text;
    for (const line of text.replace(/\{noformat\}/g, '').split('\n')) expect(line).toMatch(/^(- |See it|$)/);
    expect(site.incidents()[0]?.ticket?.system).toBe(system);
    expect(readFileSync(join(site.state, 'audit.jsonl'), 'utf8')).not.toContain('canary-token');
  });

  test.each([
    [401, 'refused us (401)'],
    [422, 'answered 422'],
    [503, 'answered 503'],
  ])('the system answers %d: the step fails, and people are told', async (status, what) => {
    const url = await serve((_, response) => response.writeHead(status).end('{"message":"<b>no</b>"}'));
    const target = { github: { repository: 'a/b', token: 'canary-token-11', url } };
    const site = incidentSite({
      incidents: [playbook],
      automation: { actions: { create_incident_ticket: { target } } },
    });
    await site.evaluate({ 'system.status': 'critical' });
    expect(site.runs()[0]?.steps[0]).toMatchObject({ state: 'failed', note: expect.stringContaining(what) });
    expect(site.told().join()).toContain(what);
  });
});

test('a ticket that was made is kept, whatever comes after it', async () => {
  let made = 0;
  const site = incidentSite();
  const url = await serve((_, response) => {
    made += 1;
    // From now on the audit log takes nothing.
    rmSync(join(site.state, 'audit.jsonl'));
    mkdirSync(join(site.state, 'audit.jsonl'));
    response.end(JSON.stringify({ reference: `T${made}` }));
  });
  const target = { webhook: { url } };
  site.configure({ automation: { actions: { create_incident_ticket: { target } } } });
  const { problems } = await site.evaluate({ 'system.status': 'critical' });
  expect(problems).toMatchObject([{ code: 'VOPS-FILE' }]);
  expect(site.incidents()[0]?.ticket).toEqual({ system: 'webhook', reference: 'T1' });
});

describe('killed in the middle', () => {
  const unlimited = { maxPerHalfHour: 1_000, maxPerDay: 1_000, settle: '100ms' };

  test('of a restart: it is not repeated, people are told, and the rest is done', async () => {
    const site = incidentSite();
    const log = join(site.directory, 'restarts');
    const command = [script(join(site.directory, 'restart.sh'), `echo once >> ${log}\nkill -9 $PPID`)];
    site.configure({ automation: { actions: { restart_application: { mode: 'auto', target: { command } } } } });
    const argv = ['incidents', 'run', 'application-down', '--config', site.config];
    expect((await start(argv).ended).signal).toBe('SIGKILL');
    expect(site.runs()[0]?.steps.map(({ state }) => state)).toEqual(['running', 'planned', 'planned']);
    const { code, stdout } = await start([...argv, '--json']).ended;
    expect(code).toBe(1);
    expect(JSON.parse(stdout).result.steps.map(({ state }: { state: string }) => state)).toEqual([
      'interrupted',
      'done',
      'done',
    ]);
    expect(linesOf(log)).toEqual(['once']);
    expect(await verifyAudit(site.state)).toMatchObject({ isIntact: true });
  });

  test('of a restart that helped: when the incident is over, nobody is at it any more', async () => {
    const site = incidentSite();
    const command = [script(join(site.directory, 'restart.sh'), 'kill -9 $PPID')];
    site.configure({ automation: { actions: { restart_application: { mode: 'auto', target: { command } } } } });
    await start(['incidents', 'run', 'application-down', '--config', site.config]).ended;
    await site.evaluate({ 'system.status': 'healthy' });
    expect(site.incidents()[0]?.status).toBe('resolved');
    expect(site.runs()[0]?.steps.map(({ state }) => state)).toEqual(['interrupted', 'refused', 'refused']);
  });

  test('of a ticket that was asked for: it is not asked for again', async () => {
    let asked = 0;
    let child: ReturnType<typeof start> | undefined;
    const url = await serve(() => {
      asked += 1;
      child?.child.kill('SIGKILL');
    });
    const target = { webhook: { url } };
    const site = incidentSite({ automation: { actions: { create_incident_ticket: { target } } } });
    child = start(['incidents', 'run', 'application-down', '--config', site.config]);
    await child.ended;
    const again = await start(['incidents', 'run', 'application-down', '--json', '--config', site.config]).ended;
    expect(JSON.parse(again.stdout).result.steps[2]).toMatchObject({ state: 'interrupted' });
    expect(asked).toBe(1);
  });

  test('at any moment: no restart happens twice in a run, and the log stays whole', async () => {
    const site = incidentSite();
    const log = join(site.directory, 'restarts');
    const command = [script(join(site.directory, 'restart.sh'), `echo x >> ${log}`)];
    site.configure({
      automation: { actions: { restart_application: { ...unlimited, mode: 'auto', target: { command } } } },
    });
    const begin = performance.now();
    await start(['incidents', 'run', 'application-down', '--config', site.config]).ended;
    const wholeMs = performance.now() - begin;
    for (let round = 0; round < 12; round++) {
      const { child, ended } = start(['incidents', 'run', 'application-down', '--config', site.config]);
      const timer = setTimeout(() => child.kill('SIGKILL'), wholeMs * ((round + 1) / 13));
      await ended;
      clearTimeout(timer);
    }
    await start(['incidents', 'run', 'application-down', '--config', site.config]).ended;
    expect(linesOf(log).length).toBeLessThanOrEqual(site.runs().length);
    expect(
      site.audit().filter(({ action, subject }) => action === 'step.started' && subject === 'restart_application')
        .length,
    ).toBeGreaterThanOrEqual(linesOf(log).length);
    expect(await verifyAudit(site.state)).toMatchObject({ isIntact: true });
  });
});

test('a dry run writes nothing, and runs nothing, whatever is asked', async () => {
  const site = incidentSite();
  const marker = join(site.directory, 'was-run');
  const command = [script(join(site.directory, 'restart.sh'), `touch ${marker}`)];
  const listing = () =>
    readdirSync(site.directory, { recursive: true, encoding: 'utf8' })
      .sort()
      .map((name) => `${name} ${statSync(join(site.directory, name)).mtimeMs}`);
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('application-down', 'database-slow', 'high-error-rate'),
      fc.constantFrom([], ['--approve', 'all']),
      fc.constantFrom('auto', 'approve', 'suggest'),
      async (playbook, approval, mode) => {
        site.configure({
          automation: {
            actions: {
              restart_application: { mode, target: { command } },
              optimize_database: { mode },
              notify_team: { mode },
            },
          },
        });
        const before = listing();
        const ran = await site.run('incidents', 'run', playbook, '--dry-run', ...approval);
        expect(ran.code).toBe(0);
        expect(listing()).toEqual(before);
      },
    ),
    { numRuns: 8 },
  );
  expect(existsSync(marker)).toBe(false);
});

describe('the switch', () => {
  test('pause, seen everywhere, refused by hand, and resume', async () => {
    const site = incidentSite();
    const paused = await site.json('incidents', 'automation', 'pause', '--for', '2h', '--reason', 'moving');
    expect(paused.document.result).toMatchObject({ applied: true, pause: { reason: 'moving' } });
    expect((await site.json('incidents', 'list')).document.result.pause).toMatchObject({ reason: 'moving' });
    const ran = await site.json('incidents', 'run', 'application-down', '--approve', 'all');
    expect(ran.code).toBe(1);
    expect(ran.document.findings[0].message).toContain('automation is paused');
    expect((await site.run('incidents', 'automation', 'resume')).code).toBe(0);
    expect((await site.json('incidents', 'list')).document.result.pause).toBe(null);
    expect(site.audit().map(({ action }) => action)).toEqual(
      expect.arrayContaining(['automation.paused', 'automation.resumed']),
    );
  });

  test('a dry run of it changes nothing', async () => {
    const site = incidentSite();
    await site.run('incidents', 'automation', 'pause', '--dry-run');
    expect(readdirSync(site.state)).toEqual([]);
  });
});

test('what cannot be meant is refused with a suggestion', async () => {
  const site = incidentSite();
  const cases = [
    [['run', 'aplication-down'], /did you mean application-down/],
    [['run', 'application-down', '--approve', 'restart_aplication'], /did you mean restart_application/],
    [['run', 'application-down', '--approve', 'optimize_database'], /has no action optimize_database/],
    [['ack', 'nothing'], /there is no incident nothing/],
    [['automation', 'pause', '--for', '-1h'], /duration/],
  ] as const;
  for (const [argv, what] of cases) {
    const { code, stderr } = await site.run('incidents', ...argv);
    expect({ argv, code }).toEqual({ argv, code: 2 });
    expect(stderr).toMatch(what);
  }
});

test('a person takes it, ends it, and has a post-mortem to fill in', async () => {
  const site = incidentSite({
    incidents: [{ name: 'x <b>', triggers: ['health_check_failed'], actions: ['notify_team'] }],
  });
  await site.evaluate({ 'system.status': 'critical' });
  const [{ id } = { id: '' }] = site.incidents();
  const open = await site.json('incidents', 'list');
  expect(open.code).toBe(1);
  expect(open.document.findings[0]).toMatchObject({ code: 'VOPS-INCIDENTS-OPEN' });
  await site.run('incidents', 'ack', 'x <b>', '--note', 'on it `rm`\u001b[31m');
  expect((await site.json('incidents', 'list')).code).toBe(0);
  const file = join(site.directory, 'post-mortem.md');
  await site.run('incidents', 'resolve', id, '--note', 'fixed');
  await site.run('incidents', 'show', id, '--write', file);
  const text = readFileSync(file, 'utf8');
  expect(text).toContain('## Open questions');
  expect(text).not.toContain('\u001b');
  const plain = await site.run('incidents', 'show', id, '--markdown', '-o', 'plain');
  expect(plain.stdout.startsWith('# Post-mortem')).toBe(true);
  expect(plain.stdout).not.toContain('\u001b');
  const verified = await site.json('incidents', 'audit', '--verify');
  expect(verified.document.result.verification).toMatchObject({ isIntact: true });
  expect(site.audit().map(({ action }) => action)).toEqual(
    expect.arrayContaining(['incident.opened', 'incident.acknowledged', 'incident.resolved']),
  );
});

test('commands that people copy act in the environment that they are told of', async () => {
  const site = incidentSite({ environments: { staging: { alerting: { channels: {} } } } });
  const staging = ['--env', 'staging'] as const;
  const ran = await site.run('incidents', 'run', 'application-down', ...staging);
  expect(ran.stdout).toContain('incidents run application-down --approve restart_application --env staging');
  const { document } = await site.json('incidents', 'list', ...staging);
  const hint = 'viktoria-ops incidents ack application-down-1 --env staging';
  expect(document.findings).toMatchObject([{ hint: expect.stringContaining(hint) }]);
  const [incident] = site.incidents();
  expect(incident && ticketText(incident)).toContain('incidents show application-down-1 --env staging`');
});

test('two people at once: one has taken it, one has ended it, and the other is told so', async () => {
  const site = incidentSite();
  await site.evaluate({ 'system.status': 'critical' });
  for (const verb of ['ack', 'resolve']) {
    const argv = ['incidents', verb, 'application-down', '--note'] as const;
    const ran = await Promise.all(['one', 'other'].map((note) => site.json(...argv, note)));
    expect(ran.filter(({ document }) => document.result.applied)).toHaveLength(1);
  }
  const done = site.audit().map(({ action }) => action);
  expect(done.filter((action) => /acknowledged|resolved/.test(action))).toHaveLength(2);
});

test('a thousand incidents are listed, the newest first, with their figures', async () => {
  const site = incidentSite();
  mkdirSync(join(site.state, 'incidents'), { mode: 0o700 });
  const now = Date.now();
  for (let number = 1; number <= 1_000; number++) {
    const at = new Date(now - (1_001 - number) * 60_000);
    const place = {
      id: `application-down-${number}`,
      key: 'application-down',
      source: 'playbook',
      episode: number,
    } as const;
    const about = {
      severity: 'critical',
      trigger: 'x',
      environment: 'default',
      host: 'h',
      values: {},
      actor: 'automation',
    } as const;
    const opened = openIncident({ ...place, ...about, at });
    const ended = resolve(opened, { at: new Date(+at + 30_000), actor: 'a', text: '', awaitsEnd: false });
    writeFileSync(join(site.state, 'incidents', `${place.id}.json`), JSON.stringify(ended));
  }
  writeFileSync(join(site.state, 'incidents', 'application-down-1001.json'), '{"torn":');
  const begin = performance.now();
  const { document } = await site.json('incidents', 'list');
  const tookMs = performance.now() - begin;
  expect(document.result).toMatchObject({
    incidents: { length: 50 },
    omitted: 950,
    figures: { mttrMs: 30_000, resolved: 1_000, mttaMs: null },
  });
  expect(document.result.incidents[0].id).toBe('application-down-1000');
  expect(document.findings).toMatchObject([{ code: 'VOPS-INCIDENTS-RECORD' }]);
  expect(tookMs).toBeLessThan(10_000);
});
