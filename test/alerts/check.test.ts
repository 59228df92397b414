import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { withLock } from '../../src/lib/process/index.js';
import { start } from '../support/binary.js';
import { run, runJson, temporaryDirectory } from '../support/run.js';
import { serve } from '../support/stub-server.js';

/** A backend whose health can be changed, and a webhook that counts; both on loopback. */
async function installation(alerting: object = {}) {
  const directory = temporaryDirectory();
  const backend = { status: 'healthy', isDown: false };
  const received: { path: string; body: string }[] = [];
  const answer = { webhook: 200 };
  const url = await serve((request, response) => {
    if (request.url?.startsWith('/api/')) return answerApi(request, response, backend);
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      if (answer.webhook === 200) received.push({ path: String(request.url), body });
      response.writeHead(answer.webhook, { 'content-type': 'text/plain' }).end('ok');
    });
  });
  const config = join(directory, 'config.json');
  const write = (more: object = {}, others: object = {}) => {
    const sections = {
      app: { url, timeout: '2s' },
      stateDirectory: join(directory, 'state'),
      alerting: { ...guide(`${url}/slack`), ...alerting, ...more },
      ...others,
    };
    writeFileSync(config, JSON.stringify(sections), { mode: 0o600 });
  };
  write();
  const check = (...more: string[]) => runJson(['alerts', 'check', '--config', config, ...more]);
  const state = (name: string) => join(directory, 'state', 'alerts', name);
  return { directory, backend, received, answer, config, write, check, state, url };
}

function answerApi(
  { url = '' }: IncomingMessage,
  response: ServerResponse,
  backend: { status: string; isDown: boolean },
) {
  if (backend.isDown) return response.destroy();
  const now = new Date().toISOString();
  response.setHeader('content-type', 'application/json');
  if (url.endsWith('/health')) {
    const { status } = backend;
    const overview = { status, uptime: 60, version: '1', environment: 'test', lastRestart: now, activeConnections: 1 };
    return response.writeHead(status === 'critical' ? 503 : 200).end(JSON.stringify({ ...overview, checks: [] }));
  }
  if (url.includes('/performance')) return response.end(JSON.stringify(performanceOf(now)));
  return response.writeHead(404).end('{}');
}

const performanceOf = (now: string) => ({
  totalExecutions: 200,
  averageExecutionTime: 12,
  successRate: 1,
  errorRate: 0,
  slowestHooks: [],
  recentErrors: [],
  window: { from: now, to: now, coverage: 1 },
  p50: 10,
  p95: 20,
  p99: 30,
  rejectedExecutions: 0,
  failedExecutions: 0,
  instrumentation: 'complete',
});

/** The guide's alerting section as it stands, but for the webhook's address; it knows no other rules. */
const guide = (webhook: string) => ({
  defaultRules: false,
  channels: { slack: { webhook, channel: '#alerts', username: 'Viktoria Monitoring' } },
  rules: [
    {
      name: 'application-down',
      condition: "system.status === 'critical'",
      severity: 'critical',
      channels: ['slack'],
      cooldown: 300,
    },
    {
      name: 'high-error-rate',
      condition: 'hooks.errorRate > 0.01',
      severity: 'warning',
      channels: ['slack'],
      cooldown: 900,
    },
  ],
});

interface SmallDisk {
  /** A state directory on it. */
  readonly state: string;
  readonly fill: () => void;
}

async function onSmallDisk(directory: string, use: (disk: SmallDisk) => Promise<void>): Promise<void> {
  const disk = join(directory, 'disk');
  mkdirSync(disk);
  execFileSync('env', ['mount', '-t', 'tmpfs', '-o', 'size=256k,mode=0700', 'none', disk]);
  const fill = () => {
    writeFileSync(join(disk, 'noise'), '');
    expect(() => appendFileSync(join(disk, 'noise'), Buffer.alloc(500_000))).toThrow('ENOSPC');
  };
  try {
    await use({ state: join(disk, 'state'), fill });
  } finally {
    execFileSync('env', ['umount', disk]);
  }
}

describe('alerts check', () => {
  test('quiet while all is well; told once when the application is down, once when it is back', async () => {
    const { backend, received, config, check } = await installation();
    const quiet = await check();
    expect({ code: quiet.code, headline: quiet.document.result.headline }).toEqual({
      code: 0,
      headline: 'no alert fires; 2 rules',
    });
    backend.isDown = true;
    const down = await check();
    expect(down.code).toBe(1);
    expect(down.document.result.firing).toMatchObject([{ rule: 'application-down', severity: 'critical' }]);
    expect(received).toHaveLength(1);
    expect(received[0]?.body).toContain('application-down');
    expect((await check()).code).toBe(1); // within the cooldown
    expect(received).toHaveLength(1);
    backend.isDown = false;
    expect((await check()).code).toBe(0);
    expect(received).toHaveLength(2);
    expect(received[1]?.body).toMatch(/resolved/i);
    const { document } = await runJson(['alerts', 'history', '--config', config]);
    expect(document.result.transitions.map(({ change }: { change: string }) => change)).toEqual(['resolved', 'firing']);
  });

  test('an application that answers and calls itself critical', async () => {
    const { backend, check } = await installation();
    backend.status = 'critical';
    const { code, document } = await check();
    expect(code).toBe(1);
    expect(document.findings).toContainEqual({
      code: 'VOPS-ALERTS-FIRING',
      severity: 'error',
      message: "application-down: system.status is critical (system.status === 'critical')",
      hint: 'to keep it quiet while you work on it: viktoria-ops alerts silence application-down --for 2h',
    });
  });

  test('a rule whose name has blanks: the hint is a command line that is understood', async () => {
    const rules = [{ name: 'It is ill', condition: "system.status === 'critical'", severity: 'critical' }];
    const { backend, check, config, directory } = await installation({ rules });
    backend.status = 'critical';
    const { document } = await check();
    const [firing] = document.findings as { readonly hint: string }[];
    expect(firing?.hint).toBe(
      "to keep it quiet while you work on it: viktoria-ops alerts silence 'It is ill' --for 2h",
    );
    const written = firing?.hint.replace(/^.*: viktoria-ops /, '') ?? '';
    const words = execFileSync('sh', ['-c', `printf '%s\\n' ${written}`], { encoding: 'utf8' })
      .trimEnd()
      .split('\n');
    expect((await run([...words, '--config', config], { cwd: directory })).code).toBe(0);
  });

  test('a channel that takes nothing: exit 1, nothing lost, told by the next run', async () => {
    const { backend, received, answer, check, state } = await installation();
    backend.isDown = true;
    answer.webhook = 404;
    const refused = await check();
    expect(refused.code).toBe(1);
    expect(refused.document.result.delivery).toMatchObject({ delivered: 0 });
    expect(readdirSync(state('dead/slack'))).toEqual(['application-down-1-firing.json']);
    answer.webhook = 200;
    backend.isDown = false;
    expect((await check()).code).toBe(0);
    expect(received.map(({ body }) => /application-down/.test(body))).toEqual([true]);
  });

  test('a dry run tells what it would tell, and leaves no trace', async () => {
    const { backend, received, directory, check } = await installation();
    backend.isDown = true;
    const { document } = await check('--dry-run');
    expect(document.result.messages).toMatchObject([{ channel: 'slack', rule: 'application-down', kind: 'firing' }]);
    expect(received).toEqual([]);
    expect(readdirSync(join(directory, 'state'))).toEqual([]);
  });

  test('two evaluators at once: the second says who holds the lock', async () => {
    const { check, state } = await installation();
    await check();
    const signal = new AbortController().signal;
    const holder = { command: 'alerts watch', runId: 'x', startedAt: '2026-11-23T03:00:00.000Z' };
    const second = await withLock(state('lock'), { waitMs: 0, signal, holder }, () => check('--lock-wait', '0s'));
    expect({ code: second.code, message: second.document.error.message }).toEqual({
      code: 75,
      message: expect.stringContaining('alerts watch'),
    });
  });

  test('a damaged state is put aside with a warning; what fires is not told twice, and its end is told', async () => {
    const { backend, received, check, state } = await installation();
    backend.isDown = true;
    await check();
    writeFileSync(state('state.json'), '{"schemaVersion":1,');
    const { document: planned } = await check('--dry-run');
    expect(planned.result).toMatchObject({ firing: [{ rule: 'application-down' }], messages: [] });
    const { document } = await check();
    expect(document.findings).toContainEqual(expect.objectContaining({ code: 'VOPS-ALERTS-STATE-DAMAGED' }));
    expect(readdirSync(state('')).some((name) => name.startsWith('state.json.corrupt-'))).toBe(true);
    expect(received).toHaveLength(1);
    backend.isDown = false;
    await check();
    expect(received.map(({ body }) => body)).toEqual([
      expect.stringContaining('application-down-1-firing'),
      expect.stringContaining('application-down-1-resolved'),
    ]);
  });

  test('of an alert that ended after the state was removed, the end is told', async () => {
    const { backend, received, check, state } = await installation();
    backend.isDown = true;
    await check();
    rmSync(state('state.json'));
    backend.isDown = false;
    await check();
    expect(received).toHaveLength(2);
    expect(received[1]?.body).toContain('application-down-1-resolved');
  });

  test('two environments that share a state are told so: each would end what fires in the other', async () => {
    const { check, write, url } = await installation();
    const environments = { production: { app: { url: 'http://127.0.0.1:9' } }, staging: { app: { url } } };
    write({}, { environments });
    const shared = async (environment: string) => {
      const { document } = await check('--env', environment);
      return document.findings.filter(({ code }: { code: string }) => code === 'VOPS-ALERTS-STATE-SHARED');
    };
    expect(await shared('staging')).toEqual([]);
    expect(await shared('staging')).toEqual([]);
    expect(await shared('production')).toMatchObject([
      { severity: 'error', message: expect.stringContaining('staging') },
    ]);
    expect(await shared('production')).toEqual([]); // renamed, say
  });

  test('a rule that is none: exit 2 with its place and a suggestion, and nothing is evaluated', async () => {
    const { write, config, state } = await installation();
    write({
      rules: [{ name: 'x', condition: 'hooks.errorRat > 1', severity: 'warning', channels: ['slak'], cooldown: 1 }],
    });
    const { code, stderr } = await run(['alerts', 'check', '--config', config]);
    expect(code).toBe(2);
    expect(stderr).toContain('alerting.rules[0].condition');
    expect(stderr).toContain('hooks.errorRate');
    expect(stderr).toContain('did you mean slack?');
    expect(existsSync(state('state.json'))).toBe(false);
  });

  test('a full disk: begin and end are told all the same, each once', async () => {
    const { directory, backend, received, check, write } = await installation();
    await onSmallDisk(directory, async ({ state, fill }) => {
      write({}, { stateDirectory: state });
      await check();
      fill();
      const told = () => received.map(({ body }) => /application-down-1-\w+/.exec(body)?.[0]);
      backend.isDown = true;
      for (let run = 0; run < 3; run++) {
        const { code, document } = await check();
        expect({ code, findings: document.findings }).toEqual({
          code: 1,
          findings: expect.arrayContaining([expect.objectContaining({ code: 'VOPS-DISK-FULL' })]),
        });
        expect(told()).toEqual(['application-down-1-firing']);
      }
      backend.isDown = false;
      await check();
      await check();
      expect(told()).toEqual(['application-down-1-firing', 'application-down-1-resolved']);
      expect(readdirSync(join(state, 'alerts')).some((name) => name.includes('corrupt'))).toBe(false);
    });
  }, 60_000);

  test('a full disk while the channel is away: what waited for it before is told once it is back', async () => {
    const { directory, backend, received, answer, check, write } = await installation();
    await onSmallDisk(directory, async ({ state, fill }) => {
      write({}, { stateDirectory: state });
      await check();
      backend.isDown = true;
      answer.webhook = 503;
      await check();
      fill();
      answer.webhook = 200;
      await check();
      await check();
      expect(received.map(({ body }) => /application-down-1-\w+/.exec(body)?.[0])).toEqual([
        'application-down-1-firing',
      ]);
    });
  }, 60_000);

  test('an Alertmanager is told at each evaluation of what flaps, and of what has settled and fires', async () => {
    const posted: { labels: Record<string, string> }[][] = [];
    const manager = await serve((request, response) => {
      let text = '';
      request.on('data', (chunk) => {
        text += chunk;
      });
      request.on('end', () => {
        posted.push(JSON.parse(text));
        response.end();
      });
    });
    const { backend, check } = await installation({
      channels: { alertmanager: { urls: [manager] } },
      rules: [{ name: 'application-down', condition: "system.status === 'critical'", severity: 'critical' }],
    });
    const toldBy = async (evaluation: () => Promise<unknown>) => {
      posted.length = 0;
      await evaluation();
      return posted.flat().map(({ labels }) => labels.flapping ?? 'firing');
    };
    for (let time = 0; time < 9; time++) {
      backend.isDown = !backend.isDown;
      await check();
    }
    expect((await toldBy(check)).sort()).toEqual(['firing', 'yes']);
    backend.isDown = false;
    expect((await toldBy(check)).sort()).toEqual(['firing', 'yes']);
    backend.isDown = true;
    for (let time = 0; time < 20; time++) await check();
    expect(await toldBy(check)).toEqual(['firing']);
  });

  test('a channel that refuses for good was not told: the heartbeat says so', async () => {
    const pings: (string | undefined)[] = [];
    const watcher = await serve((request, response) => {
      pings.push(request.url?.replace(/\?.*/, ''));
      response.end();
    });
    const { backend, answer, check } = await installation({ heartbeatUrl: `${watcher}/ping` });
    backend.isDown = true;
    answer.webhook = 404;
    const { document } = await check();
    expect(document.result.delivery).toMatchObject({ pending: 0, dead: 1 });
    expect(pings).toEqual(['/ping/fail']);
  });

  test('heartbeat and textfile tell that the alerts themselves are alive', async () => {
    const { directory, received, url, write, check } = await installation();
    const textfile = join(directory, 'alerts.prom');
    write({ heartbeatUrl: `${url}/ping`, textfile });
    await check();
    expect(received.map(({ path }) => path.replace(/\?.*/, ''))).toEqual(['/ping']);
    expect(readFileSync(textfile, 'utf8')).toMatch(
      /^viktoria_ops_last_run_timestamp_seconds\{command="alerts check"\} \d/m,
    );
  });
});

describe('alerts watch', () => {
  test('no rest that a timer cannot take: it would be none at all', async () => {
    const { config } = await installation();
    const { code, stderr } = await run(['alerts', 'watch', '--interval', '30d', '--config', config]);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('expected 24d at most') });
  });

  test('a configuration broken while it watches changes nothing; a whole one is in force at once', async () => {
    const { directory, backend, received, config, write } = await installation();
    const notified = join(directory, 'notified');
    writeFileSync(join(directory, 'systemd-notify'), `#!/bin/sh\necho "$@" >> ${notified}\n`);
    chmodSync(join(directory, 'systemd-notify'), 0o755);
    const { child, ended } = start(['alerts', 'watch', '--interval', '200ms', '--config', config], {
      PATH: `${directory}:/usr/bin:/bin`,
      NOTIFY_SOCKET: join(directory, 'socket'),
    });
    let said = '';
    child.stderr?.on('data', (text) => {
      said += text;
    });
    await until(() => existsSync(notified) && readFileSync(notified, 'utf8').includes('WATCHDOG=1'));
    write({ rules: [{ name: 'broken' }] });
    await until(() => said.includes('the old one stays in force'));
    backend.isDown = true;
    await until(() => received.length === 1);
    expect(received[0]?.body).toContain('application-down');
    write({
      rules: [
        {
          name: 'another',
          condition: "system.status === 'critical'",
          severity: 'warning',
          channels: ['slack'],
          cooldown: 60,
        },
      ],
    });
    await until(() => received.some(({ body }) => body.includes('another')));
    child.kill('SIGTERM');
    expect((await ended).code).toBe(143);
    expect(readFileSync(notified, 'utf8')).toMatch(/^READY=1\n[\s\S]*STATUS=1 alert: [\s\S]*STOPPING=1\n$/);
  }, 60_000);

  const BROKEN_PLAYBOOK = [{ name: 'errors', triggers: ['hooks.errorRat > 5%'], actions: ['notify_team'] }];

  test.each([
    ['a rule', { alerting: { rules: [{ name: 'x', condition: 'hooks.errorRat > 5%', severity: 'warning' }] } }],
    ['a playbook', { incidents: BROKEN_PLAYBOOK }],
  ])('%s that is none from the start: exit 2', async (_, sections) => {
    const directory = temporaryDirectory();
    const config = join(directory, 'config.json');
    writeFileSync(config, JSON.stringify({ ...sections, stateDirectory: join(directory, 'state') }), { mode: 0o600 });
    const { child, ended } = start(['alerts', 'watch', '--interval', '100ms', '--config', config]);
    const end = setTimeout(() => child.kill('SIGTERM'), 5_000);
    const { code, stderr } = await ended;
    clearTimeout(end);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('did you mean hooks.errorRate?') });
  });

  test('a secret that is exchanged while it watches is in force at once', async () => {
    const { directory, backend, received, config, url, write } = await installation();
    const secret = join(directory, 'webhook');
    writeFileSync(secret, `${url}/old`, { mode: 0o600 });
    write({ channels: { slack: { webhook: `\${file:webhook}` } } });
    const { child, ended } = start(['alerts', 'watch', '--interval', '100ms', '--config', config, '-v']);
    let said = '';
    child.stderr?.on('data', (text) => {
      said += text;
    });
    backend.isDown = true;
    await until(() => received.some(({ path }) => path === '/old'));
    writeFileSync(secret, `${url}/rotated`);
    await until(() => said.includes('it is in force now'));
    backend.isDown = false;
    await until(() => received.length > 1);
    expect(received.map(({ path }) => path)).toEqual(['/old', '/rotated']);
    child.kill('SIGTERM');
    expect((await ended).code).toBe(143);
  });

  test('a playbook broken while it watches, or a file that goes: alerts are told as before', async () => {
    const { directory, backend, received, config } = await installation();
    const home = join(directory, 'viktoria-ops');
    mkdirSync(home);
    const found = join(home, 'config.json');
    copyFileSync(config, found);
    const { child, ended } = start(['alerts', 'watch', '--interval', '200ms', '-v'], { XDG_CONFIG_HOME: directory });
    let said = '';
    child.stderr?.on('data', (text) => {
      said += text;
    });
    await until(() => existsSync(join(directory, 'state', 'alerts', 'state.json')));
    const sections = JSON.parse(readFileSync(config, 'utf8'));
    writeFileSync(found, JSON.stringify({ ...sections, incidents: BROKEN_PLAYBOOK }));
    await until(() => said.includes('the old one stays in force'));
    backend.isDown = true;
    await until(() => received.some(({ body }) => body.includes('application-down-1-firing')));
    said = '';
    rmSync(found);
    await until(() => said.includes('the old one stays in force'));
    backend.isDown = false;
    await until(() => received.some(({ body }) => body.includes('application-down-1-resolved')));
    writeFileSync(found, JSON.stringify(sections), { mode: 0o600 });
    await until(() => said.includes('it is in force now'));
    child.kill('SIGTERM');
    expect((await ended).stderr).not.toContain('no evaluation');
  }, 60_000);

  test('while a playbook is worked through, alerts are told; what has ended meanwhile is not acted on', async () => {
    const { directory, backend, received, config, write } = await installation();
    let answer: (() => void) | undefined;
    const url = await serve((_, response) => {
      answer = () => void response.end('{}');
    });
    const restarted = join(directory, 'restarted');
    const target = { command: ['/usr/bin/touch', restarted] };
    const actions = {
      create_incident_ticket: { target: { webhook: { url } } },
      restart_application: { mode: 'auto', target },
    };
    const playbook = { name: 'down', triggers: ['health_check_failed'], actions: Object.keys(actions) };
    write({}, { incidents: [playbook], automation: { actions } });
    backend.isDown = true;
    const { child, ended } = start(['alerts', 'watch', '--interval', '200ms', '--config', config]);
    await until(() => answer !== undefined);
    backend.isDown = false;
    await until(() => received.some(({ body }) => body.includes('application-down-1-resolved')));
    const read = (name: string) => JSON.parse(readFileSync(join(directory, 'state', 'incidents', name), 'utf8'));
    await until(() => read('down-1.json').status === 'resolved');
    answer?.();
    await until(() => read('runs/down-1-run1.json').endedAt !== null);
    child.kill('SIGTERM');
    expect((await ended).code).toBe(143);
    const { steps } = read('runs/down-1-run1.json');
    expect(steps).toMatchObject([{ state: 'done' }, { state: 'refused', note: 'the incident had ended' }]);
    expect(existsSync(restarted)).toBe(false);
  }, 60_000);

  test('the pace is that of the configuration in force; a long rest is no hang to systemd', async () => {
    const { directory, backend, received, config, write } = await installation({ interval: '2s' });
    const notified = join(directory, 'notified');
    writeFileSync(join(directory, 'systemd-notify'), `#!/bin/sh\necho "$@" >> ${notified}\n`);
    chmodSync(join(directory, 'systemd-notify'), 0o755);
    const { child, ended } = start(['alerts', 'watch', '--config', config], {
      PATH: `${directory}:/usr/bin:/bin`,
      NOTIFY_SOCKET: join(directory, 'socket'),
      WATCHDOG_USEC: '1000000',
    });
    const pulses = () => readFileSync(notified, 'utf8').match(/^WATCHDOG=1/gm)?.length ?? 0;
    await until(() => existsSync(notified) && pulses() > 0);
    write({ interval: '1h' });
    await until(() => pulses() > 6);
    write({ interval: '100ms' });
    backend.isDown = true;
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    expect(received).toEqual([]); // the hour has begun
    child.kill('SIGTERM');
    expect((await ended).code).toBe(143);
  }, 60_000);
});

async function until(isSo: () => boolean): Promise<void> {
  for (let attempt = 0; attempt < 500; attempt++) {
    if (isSo()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('it did not come to that');
}
