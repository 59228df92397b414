import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { compileRules } from '../../src/lib/alerts/compile-rules.js';
import { judgeRule } from '../../src/lib/alerts/judge.js';
import { lintRules } from '../../src/lib/alerts/lint.js';
import type { Rule } from '../../src/lib/alerts/rule.js';
import type { Value } from '../../src/lib/conditions/index.js';
import { packageRoot } from '../../src/lib/package.js';
import { run, runJson, temporaryDirectory } from '../support/run.js';
import { configOf } from '../support/stub-server.js';

const CHANNELS = { slack: { webhook: 'https://hooks.example/x' } };
const EMAIL = { smtp: { host: 'mail.example', port: 587 }, recipients: ['a@example.com'], from: 'b@example.com' };

const compile = (alerting: object = {}, more: object = {}) =>
  compileRules(configOf({ alerting: { channels: CHANNELS, ...alerting }, ...more }));

const own = (...rules: readonly object[]) =>
  compile({
    defaultRules: false,
    rules: rules.map((rule, index) => ({
      name: `rule-${index}`,
      condition: 'hooks.errorRate > 5%',
      severity: 'warning',
      runbook: 'https://wiki.example',
      ...rule,
    })),
  });

const ruleNamed = (rules: readonly Rule[], name: string): Rule => {
  const found = rules.find((rule) => rule.name === name);
  if (found === undefined) throw new Error(`no rule ${name}`);
  return found;
};

describe('the default rules', () => {
  const { rules, problems } = compile();
  const firing = (values: Readonly<Record<string, Value>>) =>
    rules.filter((rule) => judgeRule(rule, new Map(Object.entries(values))).truth === true).map(({ name }) => name);
  const traffic = { 'hooks.totalExecutions': 1000 };

  test('compile, and nothing is remarkable about them', () => {
    expect(problems).toEqual([]);
    const { kpis } = configOf({});
    expect(lintRules({ rules, kpis, hasChannels: true, intervalMs: 60_000 })).toEqual([]);
  });

  // The guide's "Alert Levels", line by line, at the level and just below it.
  test.each<[string, Readonly<Record<string, Value>>, Readonly<Record<string, Value>>]>([
    ['application-down', { 'system.status': 'critical' }, { 'system.status': 'warning' }],
    ['database-down', { 'database.reachable': false }, { 'database.reachable': true }],
    ['memory-exhausted', { 'host.memoryUsage': 0.901 }, { 'host.memoryUsage': 0.9 }],
    ['excessive-error-rate', { ...traffic, 'hooks.errorRate': 0.051 }, { ...traffic, 'hooks.errorRate': 0.05 }],
    [
      'very-slow-hooks',
      { ...traffic, 'hooks.averageExecutionTime': 2001 },
      { ...traffic, 'hooks.averageExecutionTime': 2000 },
    ],
    ['high-memory-usage', { 'host.memoryUsage': 0.801 }, { 'host.memoryUsage': 0.8 }],
    ['high-error-rate', { ...traffic, 'hooks.errorRate': 0.02 }, { ...traffic, 'hooks.errorRate': 0.01 }],
    [
      'slow-hooks',
      { ...traffic, 'hooks.averageExecutionTime': 501 },
      { ...traffic, 'hooks.averageExecutionTime': 500 },
    ],
    ['queue-backlog', { 'jobs.queueSize': 51 }, { 'jobs.queueSize': 50 }],
    [
      'high-disk-usage',
      { 'host.diskUsage': 0.851, 'host.inodeUsage': 0 },
      { 'host.diskUsage': 0.85, 'host.inodeUsage': 0 },
    ],
    ['high-disk-usage', { 'host.inodeUsage': 0.851 }, { 'host.diskUsage': 0, 'host.inodeUsage': 0.85 }],
    ['configuration-changed', { 'changes.config': 1 }, { 'changes.config': 0 }],
    ['feature-flags-changed', { 'changes.flags': 1 }, { 'changes.flags': 0 }],
    ['maintenance-started', { 'maintenance.running': true }, { 'maintenance.running': false }],
    [
      'performance-improved',
      { 'hooks.weeklyChange': -0.21, 'hooks.weeklyExecutions': 20 },
      { 'hooks.weeklyChange': -0.2, 'hooks.weeklyExecutions': 20 },
    ],
    ['metrics-unavailable', { 'monitoring.available': false }, { 'monitoring.available': true }],
    ['queue-stalled', { 'jobs.oldestReadyAge': 901 }, { 'jobs.oldestReadyAge': 900 }],
    ['slow-jobs', { 'jobs.averageProcessingTime': 30_001 }, { 'jobs.averageProcessingTime': 30_000 }],
    ['slow-responses', { 'system.responseTime': 501 }, { 'system.responseTime': 500 }],
    [
      'slow-queries',
      { 'database.averageQueryTime': 1001, 'database.totalQueries': 20 },
      { 'database.averageQueryTime': 1001, 'database.totalQueries': 19 },
    ],
    ['disk-nearly-full', { 'host.diskUsage': 0.96 }, { 'host.diskUsage': 0.95 }],
    ['connections-exhausted', { 'database.connectionUsage': 0.96 }, { 'database.connectionUsage': 0.95 }],
    ['many-connections', { 'database.connectionUsage': 0.81 }, { 'database.connectionUsage': 0.8 }],
    ['notifications-stuck', { 'delivery.oldestPendingAge': 601 }, { 'delivery.oldestPendingAge': 600 }],
    [
      'uptime-burn-1h',
      { 'slo.uptime.burnRate1h': 15, 'slo.uptime.burnRate5m': 15, 'slo.uptime.events1h': 10 },
      { 'slo.uptime.burnRate1h': 15, 'slo.uptime.burnRate5m': 15, 'slo.uptime.events1h': 9 },
    ],
    [
      'uptime-burn-6h',
      { 'slo.uptime.burnRate6h': 7, 'slo.uptime.burnRate30m': 7, 'slo.uptime.events6h': 10 },
      { 'slo.uptime.burnRate6h': 7, 'slo.uptime.burnRate30m': 6, 'slo.uptime.events6h': 10 },
    ],
    [
      'uptime-burn-1d',
      { 'slo.uptime.burnRate1d': 4, 'slo.uptime.burnRate2h': 4, 'slo.uptime.events1d': 10, 'slo.uptime.events2h': 10 },
      { 'slo.uptime.burnRate1d': 3, 'slo.uptime.burnRate2h': 4, 'slo.uptime.events1d': 10, 'slo.uptime.events2h': 10 },
    ],
    [
      'uptime-burn-3d',
      { 'slo.uptime.burnRate3d': 2, 'slo.uptime.burnRate6h': 2, 'slo.uptime.events3d': 10, 'slo.uptime.events6h': 10 },
      { 'slo.uptime.burnRate3d': 2, 'slo.uptime.burnRate6h': 1, 'slo.uptime.events3d': 10, 'slo.uptime.events6h': 10 },
    ],
  ])('%s', (name, bad, good) => {
    expect(firing(bad)).toContain(name);
    expect(firing(good)).not.toContain(name);
  });

  test('none fires over nothing, nor over little traffic', () => {
    expect(firing({})).toEqual([]);
    const few = { 'hooks.totalExecutions': 19, 'hooks.errorRate': 1, 'hooks.averageExecutionTime': 9999 };
    expect(firing(few)).toEqual([]);
  });

  test('1 failure of 50 is no high error rate, 3 are', () => {
    const failed = (count: number) => firing({ 'hooks.totalExecutions': 50, 'hooks.errorRate': count / 50 });
    expect(failed(1)).toEqual([]);
    expect(failed(3)).toContain('high-error-rate');
  });

  test('what a source without an answer brings about is inhibited; what is found beside it is not', () => {
    for (const name of ['high-error-rate', 'very-slow-hooks', 'queue-backlog'])
      expect(ruleNamed(rules, name).inhibitedBy).toEqual(
        expect.arrayContaining(['application-down', 'database-down', 'metrics-unavailable']),
      );
    expect(ruleNamed(rules, 'slow-hooks').inhibitedBy).toContain('very-slow-hooks');
    for (const name of ['application-down', 'database-down', 'memory-exhausted', 'disk-nearly-full'])
      expect(ruleNamed(rules, name).inhibitedBy).toEqual([]);
  });

  test('levels are those of the configuration', () => {
    const changed = compile(
      {},
      { kpis: { errorRate: { warning: 0.02, critical: 0.2 }, queueBacklog: { target: 7, warning: 9 } } },
    );
    expect(ruleNamed(changed.rules, 'high-error-rate').condition.text).toBe('hooks.errorRate > 0.02');
    expect(ruleNamed(changed.rules, 'excessive-error-rate').condition.text).toBe('hooks.errorRate > 0.2');
    expect(ruleNamed(changed.rules, 'queue-backlog').condition.text).toBe('jobs.queueSize > 9');
  });

  test('each has its section in the runbook', () => {
    const sections = readFileSync(join(packageRoot(), 'docs/runbook.md'), 'utf8').matchAll(/^## (.+)$/gm);
    const anchors = [...sections].map(([, title]) => `docs/runbook.md#${title}`);
    expect(new Set(rules.map(({ runbook }) => runbook))).toEqual(new Set(anchors));
    expect(anchors).toHaveLength(rules.length);
  });
});

describe("the guide's own rules", () => {
  const { alerting } = JSON.parse(readFileSync(join(packageRoot(), 'test/config/guide-alerting.json'), 'utf8'));

  test('take the place of the default ones of their names', () => {
    const { rules, problems } = compile(alerting);
    expect(problems).toEqual([]);
    expect(rules.filter(({ name }) => name === 'high-error-rate')).toHaveLength(1);
    expect(ruleNamed(rules, 'high-error-rate')).toMatchObject({
      condition: { text: 'hooks.errorRate > 0.01', paths: ['hooks.errorRate'] },
      channels: ['slack'],
      cooldownMs: 900_000,
      forMs: 0,
      noData: 'keep',
      minSamples: new Map([['hooks.totalExecutions', 20]]),
      inhibitedBy: ['application-down', 'database-down', 'metrics-unavailable', 'excessive-error-rate'],
      runbook: 'docs/runbook.md#high-error-rate',
    });
    expect(ruleNamed(rules, 'application-down')).toMatchObject({ channels: ['slack', 'email'], cooldownMs: 300_000 });
    expect(ruleNamed(rules, 'database-down').channels).toEqual(['slack', 'email']);
  });

  test('are the only ones, if so wished', () => {
    const { rules, problems } = compile({ ...alerting, defaultRules: false });
    expect(problems).toEqual([]);
    expect(rules.map(({ name }) => name)).toEqual(['application-down', 'high-error-rate', 'slow-hooks']);
    expect(rules.flatMap(({ inhibitedBy }) => inhibitedBy)).toEqual(['application-down', 'application-down']);
  });
});

describe('from the configuration to rules', () => {
  test('everything optional, in the units of the engine', () => {
    const { rules, problems } = own(
      {
        name: 'all',
        severity: 'warning',
        channels: ['slack'],
        cooldown: '2h',
        for: '5m',
        keepFiringFor: '10m',
        clear: 'hooks.errorRate < 2% and hooks.p95 < 1s',
        minSamples: 50,
        confidence: 0.99,
        noData: 'alert',
        noDataFor: '1h',
        inhibitedBy: ['other'],
        escalate: { after: '30m', channels: ['slack'] },
        description: 'd',
        runbook: 'r',
      },
      { name: 'other', kind: 'event', condition: 'changes.config > 0', minSamples: 0, severity: 'info' },
    );
    expect(problems).toEqual([]);
    const { condition, clear, ...all } = ruleNamed(rules, 'all');
    expect([condition.text, clear?.text]).toEqual(['hooks.errorRate > 5%', 'hooks.errorRate < 2% and hooks.p95 < 1s']);
    expect(all).toEqual({
      name: 'all',
      severity: 'warning',
      channels: ['slack'],
      cooldownMs: 7_200_000,
      forMs: 300_000,
      keepFiringForMs: 600_000,
      minSamples: new Map([['hooks.totalExecutions', 50]]),
      confidence: 0.99,
      noData: 'alert',
      noDataForMs: 3_600_000,
      inhibitedBy: ['other'],
      escalate: { afterMs: 1_800_000, severity: 'critical', channels: ['slack'] },
      kind: 'state',
      description: 'd',
      runbook: 'r',
    });
    expect(ruleNamed(rules, 'other')).toMatchObject({ kind: 'event', minSamples: new Map(), channels: ['slack'] });
  });

  test('without channels: each that takes so mild an alert', () => {
    const channels = { slack: { ...CHANNELS.slack, minSeverity: 'critical' }, email: EMAIL };
    const { rules } = compile({ channels });
    expect(ruleNamed(rules, 'slow-hooks').channels).toEqual(['email']);
    expect(ruleNamed(rules, 'application-down').channels).toEqual(['slack', 'email']);
  });

  test('without channels, an escalation reaches each that takes alerts so severe', () => {
    const channels = { slack: CHANNELS.slack, email: { ...EMAIL, minSeverity: 'critical' } };
    const escalate = { after: '10m' };
    const rule = { name: 'mine', condition: 'hooks.errorRate > 1%', severity: 'warning', escalate };
    const { rules } = compile({ channels, rules: [rule, { ...rule, name: 'named', channels: ['slack'] }] });
    const reached = ({ channels, escalate }: Rule) => [channels, escalate?.channels];
    expect(reached(ruleNamed(rules, 'mine'))).toEqual([['slack'], ['slack', 'email']]);
    expect(reached(ruleNamed(rules, 'named'))).toEqual([['slack'], []]);
  });

  test('every problem at once, each with its path', () => {
    const { rules, problems } = own(
      { condition: 'hooks.erorRate > 1', clear: 'hooks.p95 <', channels: ['slak', 'slack'] },
      { name: 'rule-0', inhibitedBy: ['rul-0', 'nothing'], escalate: { after: '1m', channels: ['pager'] } },
      { name: 'a', inhibitedBy: ['b'] },
      { name: 'b', inhibitedBy: ['c'] },
      { name: 'c', inhibitedBy: ['d', 'a'] },
      { name: 'd' },
      { name: 'self', inhibitedBy: ['self'] },
    );
    expect(rules.map(({ name }) => name)).toEqual(['rule-0', 'a', 'b', 'c', 'd', 'self']);
    expect(problems.map(({ path, what }) => `${path.slice(2).join('.')}: ${what}`)).toEqual([
      '0.condition: at character 1 of the condition: unknown metric hooks.erorRate; did you mean hooks.errorRate?',
      '0.clear: at character 12 of the condition: something is missing at the end',
      '0.channels.0: no channel of this name; did you mean slack?',
      '1.inhibitedBy.0: no rule of this name; did you mean rule-0?',
      '1.inhibitedBy.1: no rule of this name',
      '1.escalate.channels.0: no channel of this name',
      '1.name: another rule has this name',
      '2.inhibitedBy: a circle in which nobody would hear of anything: a, inhibited by b, inhibited by c, inhibited by a',
      '6.inhibitedBy: a circle in which nobody would hear of anything: self, inhibited by self',
    ]);
  });

  test('a circle that is closed through default rules', () => {
    const rule = { name: 'application-down', condition: 'health_check_failed', severity: 'critical' };
    const { problems } = compile({ rules: [{ ...rule, inhibitedBy: ['slow-hooks'] }] });
    expect(problems.map(({ what }) => what)).toEqual([
      'a circle in which nobody would hear of anything: application-down, inhibited by slow-hooks, inhibited by application-down',
    ]);
  });
});

describe('lint', () => {
  const remarks = (...rules: readonly object[]) => {
    const compiled = own(...rules);
    expect(compiled.problems).toEqual([]);
    const found = lintRules({ rules: compiled.rules, kpis: configOf({}).kpis, hasChannels: true, intervalMs: 60_000 });
    return found.map(({ severity, code }) => `${severity} ${code.replace('VOPS-ALERT-', '')}`);
  };

  test.each<[string, readonly object[], readonly string[]]>([
    ['an ordinary rule', [{}], []],
    ['per cent as a whole number', [{ condition: 'hooks.errorRate > 5' }], ['error NEVER-FIRES', 'info FAR-FROM-KPI']],
    ['a contradiction', [{ condition: 'jobs.queueSize > 10 and jobs.queueSize < 5' }], ['error NEVER-FIRES']],
    ['between two limits', [{ condition: 'jobs.queueSize > 10 and jobs.queueSize < 11' }], []],
    ['always true', [{ condition: 'jobs.queueSize >= 0' }], ['error ALWAYS-FIRES']],
    ['all words', [{ condition: "system.status != 'critical' or health_check_failed" }], ['error ALWAYS-FIRES']],
    ['constants only', [{ condition: '5m > 3m' }], ['error ALWAYS-FIRES']],
    ['what cannot be told', [{ condition: 'jobs.queueSize - jobs.failedJobs > 10' }], []],
    [
      'figures in an order',
      [{ condition: 'host.diskUsage > host.inodeUsage and host.inodeUsage > host.memoryUsage' }],
      [],
    ],
    ['a clear that is never so', [{ clear: 'hooks.errorRate < 0' }], ['error NEVER-CLEARS']],
    ['a clear inside the condition', [{ clear: 'hooks.errorRate < 10%' }], ['warning CLEAR-OVERLAPS']],
    ['a clear below the condition', [{ clear: 'hooks.errorRate < 3%' }], []],
    ['critical and unheard', [{ severity: 'critical', channels: [] }], ['error UNHEARD']],
    ['heard once it escalates', [{ channels: [], escalate: { after: '5m', channels: ['slack'] } }], []],
    ['a warning unheard', [{ channels: [] }], ['warning UNHEARD']],
    ['a note unheard', [{ severity: 'info', channels: [] }], []],
    [
      'a warning that keeps a critical alert quiet',
      [{ severity: 'critical', inhibitedBy: ['rule-1'] }, {}],
      ['warning MILDER-INHIBITS'],
    ],
    [
      'an escalation to the same',
      [{ severity: 'critical', escalate: { after: '5m', channels: ['slack'] } }],
      ['warning IDLE-ESCALATION'],
    ],
    ['a reminder each minute', [{ cooldown: 30 }], ['warning SHORT-COOLDOWN']],
    ['one sample', [{ minSamples: 0 }], ['info FEW-SAMPLES']],
    ['one sample, but proven', [{ minSamples: 0, confidence: 0.95 }], []],
    ['far beyond the KPI', [{ condition: 'hooks.averageExecutionTime > 10s' }], ['info FAR-FROM-KPI']],
    ['the other way round', [{ condition: '10s < hooks.averageExecutionTime' }], ['info FAR-FROM-KPI']],
    ['no runbook', [{ runbook: undefined }], ['info NO-RUNBOOK']],
  ])('%s', (_, rules, expected) => {
    expect(remarks(...rules)).toEqual(expected);
  });

  test('a rule that would have to hold for a while, looked at every two hours', () => {
    const { rules } = own({ for: '5m' });
    const found = lintRules({ rules, kpis: configOf({}).kpis, hasChannels: true, intervalMs: 7_200_000 });
    expect(found.map(({ code }) => code)).toContain('VOPS-ALERT-NEVER-PROVEN');
    const hourly = lintRules({ rules, kpis: configOf({}).kpis, hasChannels: true, intervalMs: 3_600_000 });
    expect(hourly.map(({ code }) => code)).not.toContain('VOPS-ALERT-NEVER-PROVEN');
  });

  test('nobody at all hears: said once', () => {
    const { rules } = compile({ channels: {} });
    const found = lintRules({ rules, kpis: configOf({}).kpis, hasChannels: false, intervalMs: 60_000 });
    expect(found.map(({ code }) => code)).toEqual(['VOPS-ALERT-NO-CHANNELS']);
  });
});

describe('on the command line', () => {
  const installation = async (alerting: object) => {
    const directory = temporaryDirectory();
    const file = join(directory, '.monitoringrc.json');
    await writeFile(file, JSON.stringify({ alerting }, null, 2), { mode: 0o600 });
    return { file, options: { cwd: directory } };
  };
  const rule = { name: 'high-error-rate', condition: 'error_rate > 2%', severity: 'warning' };

  test('alerts list: where each rule comes from', async () => {
    const { file, options } = await installation({ channels: CHANNELS, rules: [rule] });
    const { code, document } = await runJson(['alerts', 'list'], options);
    expect(code).toBe(0);
    expect(document.result[0]).toMatchObject({ name: 'high-error-rate', origin: `${file}:9`, channels: ['slack'] });
    expect(document.result.filter(({ origin }: { origin: string }) => origin !== 'default')).toHaveLength(1);
    const { stdout } = await run(['alerts', 'list'], options);
    expect(stdout).toContain('error_rate > 2%');
  });

  test('alerts lint: exit 1 when nobody would hear', async () => {
    const { options } = await installation({ rules: [rule] });
    const { code, document } = await runJson(['alerts', 'lint'], options);
    expect(code).toBe(1);
    expect(document.findings.map(({ code: found }: { code: string }) => found)).toEqual(['VOPS-ALERT-NO-CHANNELS']);
  });

  test.each([['list'], ['lint']])('alerts %s refuses rules that mean nothing, with their places', async (command) => {
    const wrong = { ...rule, condition: 'error_rat > 2%', channels: ['slak'] };
    const { file, options } = await installation({
      channels: CHANNELS,
      rules: [wrong, { ...rule, name: 'x', clear: '1' }],
    });
    const { code, document } = await runJson(['alerts', command], options);
    expect(code).toBe(2);
    expect(document.error.code).toBe('VOPS-CONFIG-INVALID');
    expect(document.error.message.replaceAll(file, 'F').split('\n')).toEqual([
      '3 problems in the configuration:',
      'F:11 alerting.rules[0].condition: at character 1 of the condition: unknown metric error_rat; did you mean error_rate?',
      'F:14 alerting.rules[0].channels[0]: no channel of this name; did you mean slack?',
      'F:21 alerting.rules[1].clear: at character 1 of the condition: expected true or false here, this is a number',
    ]);
  });

  test('a command that needs no rules does not look at them', async () => {
    const { options } = await installation({ rules: [{ ...rule, condition: 'nonsense' }] });
    expect((await run(['config', 'show'], options)).code).toBe(0);
  });

  test.each([
    ['an unknown key', { rules: [{ ...rule, cooldwn: 3 }] }, 'did you mean "cooldown"?'],
    ['an unknown severity', { rules: [{ ...rule, severity: 'fatal' }] }, 'expected one of critical, warning, info'],
    ['a duration without its unit', { rules: [{ ...rule, for: 5 }] }, 'expected a duration with its unit'],
    ['a name that is none', { rules: [{ ...rule, name: 'a\nb' }] }, 'expected a name such as high-error-rate'],
    [
      'a time zone that is none',
      { maintenanceWindows: [{ name: 'w', start: '03:00', duration: '2h', timeZone: 'Mars' }] },
      'expected a time zone such as Europe/Berlin',
    ],
    [
      'a time of day that is none',
      { maintenanceWindows: [{ name: 'w', start: '24:00', duration: '2h' }] },
      'expected a time of day such as 03:00',
    ],
    ['an SLO of 100 %', { slo: { target: 1 } }, 'alerting.slo.target'],
  ])('%s is refused', async (_, alerting, words) => {
    const { options } = await installation(alerting);
    const { code, stderr } = await run(['alerts', 'list'], options);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(words) });
  });
});
