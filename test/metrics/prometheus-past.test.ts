import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { testContext } from '../support/context.js';
import { JOB, startPrometheus, startVictoriaMetrics } from '../support/prometheus.js';
import { temporaryDirectory } from '../support/run.js';
import type { Service } from '../support/service.js';

/*
 * Two weeks of two instances, written down as if they had been scraped every four minutes. `a` runs all the time and is
 * started again in the middle of this week; `b` takes the place of nobody, two days ago, and its first scrape finds it with
 * runs behind it. One hook runs twice as long this week. A third, `late`, has been running for a year when Prometheus
 * first sees it: what it did before is not of this week.
 */
const [MINUTE, HOUR, DAY] = [60, 3_600, 86_400];
const STEP = 4 * MINUTE;
const now = Math.floor(Date.now() / 1000 / STEP) * STEP;
const [RESTART, BIRTH, LATE] = [now - 3 * DAY, now - 2 * DAY, now - DAY];

interface Instance {
  readonly name: string;
  /** Seconds since 1970: scraped from then on. */
  readonly seenFrom: number;
  readonly started: (at: number) => number;
  /** Runs counted since the start. */
  readonly runs: (at: number) => number;
}
const INSTANCES: readonly Instance[] = [
  {
    name: 'a',
    seenFrom: now - 14 * DAY,
    started: (at) => (at < RESTART ? now - 14 * DAY - HOUR : RESTART),
    runs: (at) => (at < RESTART ? at - now + 14 * DAY : at - RESTART) / MINUTE,
  },
  { name: 'b', seenFrom: BIRTH, started: () => BIRTH - MINUTE, runs: (at) => 100 + (at - BIRTH) / MINUTE },
  { name: 'late', seenFrom: LATE, started: () => now - 365 * DAY, runs: () => 5_000_000 },
];
/** Runs of this week: one a minute for each that lives, and the 100 that `b` had when it was first seen. */
const EXPECTED = { a: 7 * 24 * 60, b: 2 * 24 * 60 + 100 };

/** Runs take 30 ms, and since a week 60 ms. */
const meanSeconds = (at: number) => (at < now - 7 * DAY ? 0.03 : 0.06);

function pastOf({ name, seenFrom, started, runs }: Instance): Map<string, string[]> {
  const lines = new Map<string, string[]>();
  let seconds = 0;
  let before = 0;
  const write = (family: string, labels: string, value: number, at: number) => {
    const found = lines.get(family) ?? [];
    lines.set(family, found);
    found.push(`${family}{job="${JOB}",instance="${name}"${labels}} ${value} ${at}`);
  };
  for (let at = seenFrom; at <= now; at += STEP) {
    const count = Math.floor(runs(at));
    if (count < before) [seconds, before] = [0, 0];
    seconds += (count - before) * meanSeconds(at);
    before = count;
    const hook = ',content_type="api::match.match",operation="afterUpdate",source="model"';
    const below = meanSeconds(at) > 0.05 ? 0 : count;
    write('process_start_time_seconds', '', started(at), at);
    for (const [bound, value] of [
      ['0.05', below],
      ['0.1', count],
      ['+Inf', count],
    ] as const)
      write('hook_execution_time_seconds_bucket', `${hook},le="${bound}"`, value, at);
    write('hook_execution_time_seconds_sum', hook, seconds, at);
    write('hook_errors_total', hook, Math.floor(count / 10), at);
    const share = name === 'a' ? 0.25 : 0.75;
    for (const gauge of ['cpu_usage_ratio', 'memory_usage_ratio', 'disk_usage_ratio', 'network_bytes_per_second'])
      write(`host_${gauge}`, '', share, at);
    for (const gauge of ['active_users', 'requests_per_second']) write(gauge, '', 3, at);
  }
  return lines;
}

/** OpenMetrics has all lines of a family together. */
function past(): string {
  const families = new Map<string, string[]>();
  for (const instance of INSTANCES)
    for (const [family, lines] of pastOf(instance)) families.set(family, [...(families.get(family) ?? []), ...lines]);
  return [...families].map(([family, lines]) => `# TYPE ${family} unknown\n${lines.join('\n')}\n`).join('');
}

const services = new Map<string, Service>();
beforeAll(async () => {
  const text = past();
  services.set('Prometheus', await startPrometheus({ targets: [] }, text));
  services.set('VictoriaMetrics', await startVictoriaMetrics({ targets: [] }, text));
}, 60_000);
afterAll(() => Promise.all([...services.values()].map(({ stop }) => stop())));

describe.each(['Prometheus', 'VictoriaMetrics'])('the past in %s', (name) => {
  const directory = temporaryDirectory();
  const context = (selector: object = {}) => {
    const config = join(directory, `config.json`);
    const metrics = { source: 'prometheus', url: services.get(name)?.url, selector: { job: JOB, ...selector } };
    writeFileSync(config, JSON.stringify({ metrics }), { mode: 0o600 });
    return testContext({ configFlags: { config } });
  };
  /** What a scrape at each end may miss. */
  const isNear = (value: number | undefined, expected: number) =>
    expect(Math.abs((value ?? Number.NaN) - expected)).toBeLessThanOrEqual(15);

  test('a week: restarts lose nothing, what began within it is counted from its beginning, and nothing from before it', async () => {
    const weekly = await context().api('performance', { window: '7d' });
    isNear(weekly.totalExecutions, EXPECTED.a + EXPECTED.b);
    expect(weekly.errorRate).toBeCloseTo(0.1, 2);
    expect(weekly.averageExecutionTime).toBeCloseTo(60, 0);
    // All of them took 60 ms, which is in the bucket from 50 to 100 ms.
    expect(weekly.p50).toBeCloseTo(75, 0);
    expect(weekly.window.coverage).toBe(1);
    expect(weekly.slowestHooks).toMatchObject([
      { contentType: 'api::match.match', maxExecutionTime: null, averageOwnTime: null },
    ]);
  });

  test('by the selector of an environment', async () => {
    isNear((await context({ instance: 'b' }).api('performance', { window: '7d' })).totalExecutions, EXPECTED.b);
  });

  test('days and hours', async () => {
    for (const [route, count, seconds] of [
      ['weekly', 7, DAY],
      ['dailyReport', 24, HOUR],
    ] as const) {
      const report = await context().api(route);
      expect(report.buckets).toHaveLength(count);
      const [first, second] = report.buckets;
      expect(Date.parse(String(second?.from)) - Date.parse(String(first?.from))).toBe(seconds * 1000);
      // Whole ones before the last; `b` was born in one of the days.
      const whole = report.buckets.filter(
        ({ from }) =>
          Date.parse(from) / 1000 > (route === 'weekly' ? BIRTH : 0) && Date.parse(from) / 1000 + seconds < now,
      );
      for (const { executions } of whole) isNear(executions, (2 * seconds) / MINUTE);
      isNear(
        (report.buckets.reduce((sum, { executions }) => sum + executions, 0) / report.totalExecutions) * 1000,
        1000,
      );
    }
  });

  test('this week against the last', async () => {
    const { hooks, previous } = await context().api('weeklyTrends');
    expect(hooks).toHaveLength(1);
    expect(hooks[0]?.change).toBeCloseTo(1, 1);
    expect(previous.coverage).toBeGreaterThan(0.99);
  });

  test('errors of a window', async () => {
    isNear(await context().api('errorCount', { window: '24h' }), (2 * DAY) / MINUTE / 10);
  });

  test('usage of five weeks, by instance', async () => {
    const from = new Date((now - 35 * DAY) * 1000).toISOString();
    const usage = await context().api('usage', { from, to: new Date(now * 1000).toISOString() });
    const of = (instance: string) => usage.filter((line) => line.instance === instance);
    expect(of('a').length).toBeGreaterThan(380);
    expect(of('a').length).toBeLessThan(420);
    expect(new Set(of('a').map(({ memory }) => memory))).toEqual(new Set([0.25]));
    expect(usage.map(({ timestamp }) => timestamp)).toEqual(usage.map(({ timestamp }) => timestamp).toSorted());
    expect(Date.parse(String(of('b')[0]?.timestamp)) / 1000).toBeGreaterThan(BIRTH - HOUR);
  });

  test('no series is no figure of 0', async () => {
    const nobody = context({ job: 'nobody' });
    for (const ask of [
      () => nobody.api('performance', { window: '1h' }),
      () => nobody.api('errorCount', { window: '1h' }),
      () => nobody.api('weekly'),
      () => nobody.api('weeklyTrends'),
      () => nobody.api('jobs'),
    ])
      await expect(ask()).rejects.toMatchObject({
        code: 'VOPS-METRICS-ABSENT',
        message: expect.stringContaining('{job="nobody"}'),
      });
  });
});
