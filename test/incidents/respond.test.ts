import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, jest, test } from '@jest/globals';
import { verifyAudit } from '../../src/lib/audit/index.js';
import { withLock } from '../../src/lib/process/index.js';
import { incidentSite } from '../support/incidents.js';
import { temporaryDirectory } from '../support/run.js';
import { serve } from '../support/stub-server.js';

// Every step is durable before the next: on a busy machine that takes its time.
jest.setTimeout(120_000);

const DOWN = { 'system.status': 'critical' };
const UP = { 'system.status': 'healthy' };
const MINUTE = 60_000;

/** A target that notes each restart in a file. */
function withTarget(more: object = {}, sections: Readonly<Record<string, unknown>> = {}) {
  const site = incidentSite();
  const log = join(site.directory, 'restarts');
  const script = join(site.directory, 'restart.sh');
  writeFileSync(script, `#!/bin/sh\necho "$@" >> ${log}\n`);
  chmodSync(script, 0o700);
  const restart = { mode: 'auto', target: { command: [script, 'a b', '$(id)', ';', '--x'] }, ...more };
  const configure = (changed: object = {}, others = sections, actions: object = {}) =>
    site.configure({
      ...others,
      automation: { actions: { restart_application: { ...restart, ...changed }, ...actions } },
    });
  configure();
  const restarts = () => (existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : []);
  return { ...site, restarts, configure, script };
}

describe("the guide's application-down", () => {
  test('as it is by default: told, ticketed, and the restart waits for approval, told once', async () => {
    const site = withTarget({ mode: 'approve' });
    const first = await site.evaluate(DOWN);
    expect(first.changes).toEqual([{ kind: 'open', incident: 'application-down-1' }]);
    expect(first.runs[0]?.steps.map(({ action, state }) => `${action} ${state}`)).toEqual([
      'restart_application waiting',
      'notify_team done',
      'create_incident_ticket done',
    ]);
    expect(site.restarts()).toEqual([]);
    expect(site.told().join('\n')).toContain('incidents run application-down --approve restart_application');
    const lines = site.audit().length;
    const told = site.enqueued.length;
    for (let minute = 0; minute < 5; minute++) {
      site.pass(MINUTE);
      await site.evaluate(DOWN);
    }
    expect([site.audit().length, site.enqueued.length]).toEqual([lines, told]);
    expect(site.incidents()[0]?.ticket).toEqual({ system: 'own', reference: 'application-down-1' });
    site.pass(MINUTE);
    expect((await site.evaluate(UP)).changes).toEqual([{ kind: 'resolve', incident: 'application-down-1' }]);
    expect(site.runs()[0]).toMatchObject({ endedAt: expect.any(String), steps: [{ state: 'refused' }, {}, {}] });
    expect(await verifyAudit(site.state)).toMatchObject({ isIntact: true });
  });

  test('the command that approves is one for the shell, whatever the playbook is called', async () => {
    const name = "x'$(reboot)";
    const site = withTarget(
      { mode: 'approve' },
      { incidents: [{ name, triggers: ['health_check_failed'], actions: ['restart_application', 'notify_team'] }] },
    );
    await site.evaluate(DOWN);
    expect(site.told().join('\n')).toContain(`incidents run 'x'\\''$(reboot)' --approve restart_application`);
  });

  test('auto: done once with its very arguments, and seen to have helped', async () => {
    const site = withTarget();
    await site.evaluate(DOWN);
    expect(site.restarts()).toEqual(['a b $(id) ; --x']);
    site.pass(MINUTE);
    await site.evaluate(DOWN);
    expect(site.runs()[0]?.steps[0]?.check?.verdict).toBe('pending');
    site.pass(30_000);
    await site.evaluate(UP);
    expect(site.restarts()).toHaveLength(1);
    expect(site.incidents()[0]).toMatchObject({ status: 'resolved', resolvedBy: 'automation' });
    expect(site.runs()[0]?.steps[0]?.check?.verdict).toBe('fixed');
  });

  test('done and not fixed, twice: then it stops, and people are told', async () => {
    const site = withTarget();
    for (let evaluation = 0; evaluation < 8; evaluation++) {
      await site.evaluate(DOWN);
      site.pass(3 * MINUTE);
    }
    expect(site.restarts()).toHaveLength(2);
    expect(site.runs().map(({ steps }) => steps[0]?.check?.verdict)).toEqual(['not fixed', 'not fixed']);
    expect(site.told().filter((text) => text.includes('the automation stops'))).toHaveLength(1);
    expect(site.audit().filter(({ action }) => action === 'chain.stopped')).toHaveLength(1);
  });

  test('a restart loop ends at the limits, in half an hour and in a day', async () => {
    const site = withTarget();
    const upAndDown = async () => {
      await site.evaluate(DOWN);
      site.pass(2 * MINUTE);
      await site.evaluate(UP);
      site.pass(3 * MINUTE);
    };
    for (let again = 0; again < 4; again++) await upAndDown();
    expect(site.restarts()).toHaveLength(2);
    expect(site.told().some((text) => text.includes('the limit is reached: 2 in 30 min'))).toBe(true);
    for (let hours = 0; hours < 20; hours += 5) {
      site.pass(5 * 60 * MINUTE);
      await upAndDown();
    }
    expect(site.restarts()).toHaveLength(4);
    expect(site.told().some((text) => text.includes('the limit is reached: 4 in 1 d'))).toBe(true);
    site.pass(10 * 60 * MINUTE);
    await upAndDown();
    expect(site.restarts()).toHaveLength(5);
  });

  test('counters come from the audit log: they survive the loss of everything else', async () => {
    const site = withTarget();
    await site.evaluate(DOWN);
    site.pass(MINUTE);
    await site.evaluate(UP);
    site.pass(60 * MINUTE);
    for (let again = 0; again < 5; again++) {
      rmSync(join(site.state, 'incidents'), { recursive: true });
      await site.evaluate(DOWN);
      site.pass(45 * MINUTE);
    }
    expect(site.restarts()).toHaveLength(4);
    writeFileSync(join(site.state, 'audit.jsonl'), '');
    rmSync(join(site.state, 'incidents'), { recursive: true });
    await site.evaluate(DOWN);
    expect(site.restarts()).toHaveLength(4);
    expect(site.told().at(-1)).toBeDefined();
    expect(site.told().some((text) => text.includes('the audit log is damaged'))).toBe(true);
  });
});

describe('a restart is put off, and people are told', () => {
  test('when the database does not answer', async () => {
    const site = withTarget({}, { database: { host: '127.0.0.1', port: 1, sslmode: 'disable' } });
    await site.evaluate(DOWN);
    expect(site.restarts()).toEqual([]);
    expect(site.runs()[0]?.steps[0]).toMatchObject({ state: 'planned', note: expect.stringContaining('database') });
    expect(site.told().some((text) => text.includes('a restart cannot help'))).toBe(true);
  });

  test('while maintenance holds its lock, and done afterwards', async () => {
    const site = withTarget();
    const holder = { command: 'maintenance daily', runId: 'x', startedAt: '' };
    const lock = { waitMs: 0, signal: new AbortController().signal, holder };
    await withLock(join(site.state, 'lock'), lock, () => site.evaluate(DOWN));
    expect(site.restarts()).toEqual([]);
    expect(site.told().some((text) => text.includes('a maintenance tier is running'))).toBe(true);
    await site.evaluate(DOWN);
    expect(site.restarts()).toHaveLength(1);
  });

  test('while a deployment has its lock', async () => {
    const site = withTarget();
    const lock = join(site.directory, 'deploy.lock');
    site.configure({ unlessExists: [lock] });
    writeFileSync(lock, '');
    await site.evaluate(DOWN);
    expect(site.restarts()).toEqual([]);
  });

  test('while automation is paused: no step of any playbook begins, and the switch ends by itself', async () => {
    const site = withTarget();
    const paused = {
      at: '2026-11-23T02:00:00.000Z',
      until: '2026-11-23T04:00:00.000Z',
      actor: 'anna',
      reason: 'moving',
    };
    writeFileSync(join(site.state, 'automation.json'), JSON.stringify(paused));
    await site.evaluate(DOWN);
    await site.evaluate(DOWN);
    expect(site.restarts()).toEqual([]);
    expect(site.runs()[0]?.steps.map(({ state }) => state)).toEqual(['planned', 'planned', 'planned']);
    expect(site.audit().filter(({ action }) => action === 'step.held')).toHaveLength(3);
    site.pass(61 * MINUTE);
    await site.evaluate(DOWN);
    expect(site.restarts()).toHaveLength(1);
  });

  test('a switch that cannot be read stands on pause', async () => {
    const site = withTarget();
    writeFileSync(join(site.state, 'automation.json'), '{"until":');
    await site.evaluate(DOWN);
    expect(site.restarts()).toEqual([]);
  });

  test('paused between two steps: the rest does not begin', async () => {
    const site = withTarget();
    writeFileSync(
      site.script,
      `#!/bin/sh\necho '${JSON.stringify({ at: '2026-11-23T02:00:00.000Z', until: '2026-11-23T09:00:00.000Z', actor: 'anna', reason: 'stop' })}' > ${site.state}/automation.json\n`,
    );
    await site.evaluate(DOWN);
    expect(site.runs()[0]?.steps.map(({ state }) => state)).toEqual(['done', 'planned', 'planned']);
  });

  test('resolved by a person between two steps: the rest does not begin, and the run has ended', async () => {
    const url = await serve((_, response) => {
      void site.run('incidents', 'resolve', 'application-down').then(() => response.end('{}'));
    });
    const actions = ['create_incident_ticket', 'restart_application'];
    const incidents = [{ name: 'application-down', triggers: ['health_check_failed'], actions }];
    const site = withTarget();
    site.configure({}, { incidents }, { create_incident_ticket: { target: { webhook: { url } } } });
    await site.evaluate(DOWN);
    expect(site.restarts()).toEqual([]);
    expect(site.runs()[0]).toMatchObject({
      endedAt: expect.any(String),
      steps: [{ state: 'done' }, { state: 'refused' }],
    });
    expect(site.runs()[0]?.steps[1]?.note).toBe('the incident had ended');
  });

  test('and the configuration is changed meanwhile: it is done as it says by then, or not at all', async () => {
    const marker = join(temporaryDirectory(), 'deploying');
    writeFileSync(marker, '');
    const site = withTarget({ unlessExists: [marker] });
    await site.evaluate(DOWN);
    expect(site.runs()[0]?.steps[0]).toMatchObject({ state: 'planned', mode: 'auto' });
    rmSync(marker);
    site.configure({ mode: 'approve' });
    const plan = async () =>
      (await site.json('incidents', 'run', 'application-down', '--dry-run')).document.result.steps[0];
    expect(await plan()).toMatchObject({ state: 'would wait', mode: 'approve' });
    await site.evaluate(DOWN);
    expect(site.runs()[0]?.steps[0]).toMatchObject({ state: 'waiting', note: 'it needs approval' });
    const actions = ['notify_team', 'create_incident_ticket'];
    const incidents = [{ name: 'application-down', triggers: ['health_check_failed'], actions }];
    site.configure({}, { incidents });
    expect(await plan()).toMatchObject({ state: 'would refuse' });
    await site.evaluate(DOWN);
    expect(site.runs()[0]?.steps[0]).toMatchObject({ state: 'refused', note: 'the playbook has it no more' });
    expect(site.restarts()).toEqual([]);
  });

  test('once a person has acknowledged the incident: then it waits for their approval', async () => {
    const site = withTarget({}, { database: { host: '127.0.0.1', port: 1, sslmode: 'disable' } });
    await site.evaluate(DOWN);
    expect((await site.run('incidents', 'ack', 'application-down', '--note', 'on it')).code).toBe(0);
    await site.evaluate(DOWN);
    expect(site.runs()[0]?.steps[0]?.state).toBe('waiting');
  });
});

describe('a restart that fails', () => {
  test.each([
    ['the program is not there', { target: { command: ['/nonexistent/restart'] } }, 'cannot run'],
    ['it says so', { target: { command: ['/bin/false'] } }, 'exited with 1'],
    ['it never ends', { target: { command: ['/bin/sleep', '60'] }, timeout: '1s' }, 'not done within 1 s'],
    ['nothing says what runs the backend', { target: undefined }, 'nothing says what runs the backend'],
    ['systemd has no such unit', { target: { pm2: 'no-such-thing' } }, 'pm2 is not installed'],
  ])('%s', async (_, change, what) => {
    const site = withTarget(change);
    await site.evaluate(DOWN);
    expect(site.runs()[0]?.steps.map(({ state }) => state)).toEqual(['failed', 'done', 'done']);
    expect(site.runs()[0]?.steps[0]?.note).toContain(what);
    expect(site.told().some((text) => text.includes('restart_application failed'))).toBe(true);
  });
});

test('a name that reads like a secret, or has one in it, is a name all the same', async () => {
  const actions = ['optimize_database', 'notify_team'];
  const site = incidentSite({
    app: { token: 'database' },
    incidents: ['basic availability', 'database-gone'].map((name) => ({
      name,
      triggers: ['health_check_failed'],
      actions,
    })),
    automation: { actions: { optimize_database: { mode: 'suggest' } } },
  });
  for (const metrics of [DOWN, DOWN, UP]) {
    expect((await site.evaluate(metrics)).problems).toEqual([]);
    site.pass(MINUTE);
  }
  expect(site.incidents().map(({ key, status }) => `${key} ${status}`)).toEqual([
    'basic availability resolved',
    'database-gone resolved',
  ]);
  expect(site.runs().map(({ steps }) => steps.map(({ state }) => state))).toEqual([
    ['suggested', 'done'],
    ['suggested', 'done'],
  ]);
});

test('what a ticket system answers is written down without secrets', async () => {
  const secret = 'canary-token-11';
  const url = await serve((_, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ reference: `T-${secret}`, url: `https://tickets.example/?token=${secret}` }));
  });
  const target = { webhook: { url, token: secret } };
  const site = incidentSite({ automation: { actions: { create_incident_ticket: { target } } } });
  await site.evaluate(DOWN);
  expect(site.incidents()[0]?.ticket).toMatchObject({ reference: 'T-***' });
  for (const records of [site.incidents(), site.runs(), site.audit()])
    expect(JSON.stringify(records)).not.toContain(secret);
});

test('a restart whose output nothing takes fails before anything is run', async () => {
  const site = withTarget();
  mkdirSync(join(site.state, 'incidents', 'runs', 'application-down-1-run1-1.log'), { recursive: true, mode: 0o700 });
  await site.evaluate(DOWN);
  expect(site.runs()[0]?.steps.map(({ state }) => state)).toEqual(['failed', 'done', 'done']);
  expect(site.restarts()).toEqual([]);
});

test('what runs the backend is found where the environment says, and hears nothing else of it', async () => {
  const site = withTarget({ target: { pm2: 'viktoria-backend' } });
  const noted = join(site.directory, 'noted');
  writeFileSync(join(site.directory, 'pm2'), `#!/bin/sh\necho "$PM2_HOME $DOCKER_HOST $SECRET $*" > ${noted}\n`);
  chmodSync(join(site.directory, 'pm2'), 0o700);
  const env = { PM2_HOME: '/srv/pm2', DOCKER_HOST: 'unix:///run/docker.sock', SECRET: 'hidden' };
  await site.evaluate(DOWN, { env: { ...env, PATH: `${site.directory}:/usr/bin:/bin` } });
  expect(site.runs()[0]?.steps[0]?.state).toBe('done');
  expect(readFileSync(noted, 'utf8')).toBe('/srv/pm2 unix:///run/docker.sock  restart viktoria-backend\n');
});

describe('one incident of a kind', () => {
  test('opened, resolved, reopened with its story, and a new one later', async () => {
    const site = withTarget({ mode: 'suggest' });
    await site.evaluate(DOWN);
    site.pass(MINUTE);
    await site.evaluate(UP);
    site.pass(5 * MINUTE);
    expect((await site.evaluate(DOWN)).changes).toEqual([{ kind: 'reopen', incident: 'application-down-1' }]);
    site.pass(MINUTE);
    await site.evaluate(UP);
    expect(
      site
        .incidents()[0]
        ?.timeline.map(({ kind }) => kind)
        .filter((kind) => kind !== 'step'),
    ).toEqual(['opened', 'resolved', 'reopened', 'resolved']);
    site.pass(31 * MINUTE);
    expect((await site.evaluate(DOWN)).changes).toEqual([{ kind: 'open', incident: 'application-down-2' }]);
    expect(site.runs()).toHaveLength(3);
  });

  test('unknown neither begins nor ends anything', async () => {
    const site = withTarget();
    expect(await site.evaluate({})).toMatchObject({ changes: [], runs: [] });
    await site.evaluate(DOWN);
    expect((await site.evaluate({})).changes).toEqual([]);
    expect(site.incidents()[0]?.status).toBe('open');
  });

  test('a critical alert without a playbook has one, too; resolved by a person it stays so', async () => {
    const site = incidentSite();
    const firing = [{ rule: 'database-down', severity: 'critical' as const, condition: 'postgres.available == false' }];
    await site.evaluate({}, { firing });
    expect(site.incidents()[0]).toMatchObject({
      id: 'database-down-1',
      source: 'alert',
      trigger: 'postgres.available == false',
    });
    await site.run('incidents', 'resolve', 'database-down', '--note', 'known');
    expect((await site.evaluate({}, { firing })).changes).toEqual([]);
    expect((await site.evaluate({})).changes).toEqual([{ kind: 'forget', incident: 'database-down-1' }]);
    expect((await site.evaluate({}, { firing })).changes).toMatchObject([{ kind: 'reopen' }]);
  });

  test('two evaluations at once open one', async () => {
    const site = withTarget();
    await Promise.all([site.evaluate(DOWN), site.evaluate(DOWN), site.evaluate(DOWN)]);
    expect(site.incidents().map(({ id }) => id)).toEqual(['application-down-1']);
    expect(site.runs()).toHaveLength(1);
    expect(site.restarts()).toHaveLength(1);
    expect(site.audit().filter(({ action }) => action === 'incident.opened')).toHaveLength(1);
  });

  test('the highest values are kept', async () => {
    const site = incidentSite({ automation: { actions: { enable_debug_logging: { mode: 'suggest' } } } });
    for (const rate of [0.06, 0.2, 0.1]) {
      await site.evaluate({ 'hooks.errorRate': rate, 'hooks.totalExecutions': 100 });
    }
    expect(site.incidents()[0]).toMatchObject({
      values: { 'hooks.errorRate': 0.06 },
      peak: { 'hooks.errorRate': 0.2 },
    });
  });
});
