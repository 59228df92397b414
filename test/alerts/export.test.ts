import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { toPromql } from '../../src/lib/alerts/export/promql.js';
import { parseCondition } from '../../src/lib/conditions/index.js';
import { vocabulary } from '../../src/lib/metrics/index.js';
import { run, runJson, temporaryDirectory } from '../support/run.js';

const translate = (text: string) => toPromql(parseCondition(text, vocabulary));
const [QUEUE, AGE] = ['max(strapi_jobs_ready)', 'max(strapi_job_oldest_ready_age_seconds)'];
const FAILED = 'sum(increase(hook_errors_total[$window]))';

describe('conditions as PromQL', () => {
  test.each([
    ['jobs.queueSize > 50', `${QUEUE} > 50`],
    ['50 < jobs.queueSize', `vector(50) < ${QUEUE}`],
    ['jobs.queueSize > 50 and jobs.oldestReadyAge > 5m', `(${QUEUE} > 50 and ${AGE} > 300)`],
    ['not (jobs.queueSize > 50 and jobs.oldestReadyAge > 60)', `(${QUEUE} <= 50 or ${AGE} <= 60)`],
    ['!(jobs.queueSize > 1 or !(jobs.oldestReadyAge == 2))', `(${QUEUE} <= 1 and ${AGE} == 2)`],
    ['jobs.queueSize != 3', `(${QUEUE} != 3 and ${QUEUE} == ${QUEUE})`],
    ['jobs.queueSize * 2 + 1 > -hooks.failedExecutions', `(((${QUEUE}) * 2) + 1) > -(${FAILED})`],
    ['3 != jobs.queueSize', `(vector(3) != ${QUEUE} and ${QUEUE} == ${QUEUE})`],
    ['jobs.queueSize / hooks.failedExecutions > 2', `((${QUEUE}) / ((${FAILED}) != 0)) > 2`],
    ['jobs.queueSize / 2 > 1', `((${QUEUE}) / 2) > 1`],
    ["'a' == 'b' or jobs.queueSize > 1", `(vector(1) == 0 or ${QUEUE} > 1)`],
    ["not ('a' == 'b') and true != false", '(vector(1) == 1 and vector(1) == 1)'],
    ["system.status === 'critical'", '(1 - max(up{job="viktoria-hooks"})) == 1'],
    ["system.status !== 'critical'", '(1 - max(up{job="viktoria-hooks"})) != 1'],
  ])('%s', (text, promql) => {
    expect(translate(text)).toEqual({ promql });
  });

  test.each([
    ["system.status === 'warning'", 'Prometheus cannot know whether system.status is warning'],
    ['database.reachable === false', 'Prometheus cannot know database.reachable'],
    ['jobs.queueSize / 0 > 1', 'it divides by zero'],
  ])('%s cannot be said', (text, reason) => {
    expect(translate(text)).toEqual({ reason });
  });
});

interface Exported {
  readonly directory: string;
  readonly rules: string;
}

async function exportRules(alerting: object): Promise<Exported> {
  const directory = temporaryDirectory();
  const config = join(directory, 'config.json');
  writeFileSync(config, JSON.stringify({ alerting: { defaultRules: false, ...alerting } }), { mode: 0o600 });
  const rules = join(directory, 'rules.yml');
  writeFileSync(rules, (await run(['alerts', 'export', '--config', config])).stdout);
  return { directory, rules };
}

const promtool = (...args: string[]) => execFileSync('promtool', args, { encoding: 'utf8' });

interface PrometheusTest {
  readonly rules: string;
  /** By metric, one value a minute. */
  readonly input: Readonly<Record<string, string>>;
  readonly expected: readonly object[];
}

/** What Prometheus itself says of these rules on these series. */
function prometheusTest(directory: string, { rules, input, expected }: PrometheusTest): string {
  const input_series = Object.entries(input).map(([series, values]) => ({ series, values }));
  const tests = [{ interval: '1m', input_series, alert_rule_test: expected }];
  const file = join(directory, 'theirs.yml');
  writeFileSync(file, JSON.stringify({ rule_files: [rules], evaluation_interval: '1m', tests }));
  try {
    return promtool('test', 'rules', file);
  } catch (error) {
    return String(Object(error).stdout) + String(Object(error).stderr);
  }
}

/** Names of the rules that fire, by when. */
type Fires = Readonly<Record<string, readonly string[]>>;

/** As promtool wants it. */
const expectedOf = (fires: Fires, conditions: Readonly<Record<string, string>>) =>
  Object.entries(fires).flatMap(([eval_time, firing]) =>
    Object.entries(conditions).map(([alertname, condition]) => ({
      eval_time,
      alertname,
      exp_alerts: firing.includes(alertname)
        ? [{ exp_labels: { severity: 'warning' }, exp_annotations: { summary: `${alertname}: ${condition}` } }]
        : [],
    })),
  );

/** What our engine does on these series, by the configuration of the export. */
async function ourTest(directory: string, series: Readonly<Record<string, string>>, fires: Fires) {
  const file = join(directory, 'ours.json');
  const expected = Object.entries(fires).map(([at, firing]) => ({ at, firing }));
  writeFileSync(file, JSON.stringify({ tests: [{ name: 'the same', series, expect: expected }] }));
  const { code, document } = await runJson(['alerts', 'test', file, '--config', join(directory, 'config.json')]);
  return { code, findings: document.findings };
}
const PASSED = { code: 0, findings: [] };

describe('alerts export', () => {
  test('the default rules are a file that promtool takes; what is left out is named with the reason', async () => {
    const { rules } = await exportRules({ defaultRules: true });
    expect(promtool('check', 'rules', rules)).toContain('SUCCESS: 15 rules found');
    const { document } = await runJson(['alerts', 'export']);
    expect(document.result.left).toContainEqual({
      rule: 'configuration-changed',
      reason: 'it tells of an event, which is no state',
    });
  });

  test('Prometheus fires on the series on which our engine fires', async () => {
    const rule = { severity: 'warning', channels: [], cooldown: 0 };
    const conditions = {
      backlog: 'jobs.queueSize > 50',
      stalled: 'jobs.queueSize > 10 and not jobs.oldestReadyAge <= 60',
      quiet: 'jobs.queueSize > 0',
    };
    const details: Record<string, object> = { backlog: { for: '2m' }, quiet: { inhibitedBy: ['backlog'] } };
    const { directory, rules } = await exportRules({
      rules: Object.entries(conditions).map(([name, condition]) => ({ ...rule, name, condition, ...details[name] })),
    });
    const series = { size: '0 60x4 5 _', age: '0 30 90x5' };
    const fires = {
      '1m': ['quiet'],
      '2m': ['stalled', 'quiet'],
      '4m': ['backlog', 'stalled'],
      '6m': ['quiet'],
    };
    const input = { strapi_jobs_ready: series.size, strapi_job_oldest_ready_age_seconds: series.age };
    expect(prometheusTest(directory, { rules, input, expected: expectedOf(fires, conditions) })).toContain('SUCCESS');
    // What is kept quiet fires for us, too: it is only not told.
    const ours = { ...fires, '4m': [...fires['4m'], 'quiet'] };
    expect(
      await ourTest(directory, { 'jobs.queueSize': series.size, 'jobs.oldestReadyAge': series.age }, ours),
    ).toEqual(PASSED);
  });

  test('a quotient of nothing, or by nothing, fires neither here nor there', async () => {
    const ratio = 'jobs.queueSize / database.poolWaiting';
    const rule = { severity: 'warning', channels: [], cooldown: 0 };
    const conditions = { busy: `${ratio} > 2`, uneven: `1 != ${ratio}` };
    const { directory, rules } = await exportRules({
      rules: Object.entries(conditions).map(([name, condition]) => ({ ...rule, name, condition })),
    });
    const series = { queueSize: '0 3 3 3', poolWaiting: '0 0 1 3' };
    const fires = { '0s': [], '1m': [], '2m': ['busy', 'uneven'], '3m': [] };
    const input = { strapi_jobs_ready: series.queueSize, db_pool_waiting: series.poolWaiting };
    expect(prometheusTest(directory, { rules, input, expected: expectedOf(fires, conditions) })).toContain('SUCCESS');
    const ours = { 'jobs.queueSize': series.queueSize, 'database.poolWaiting': series.poolWaiting };
    expect(await ourTest(directory, ours, fires)).toEqual(PASSED);
  });

  test('too few samples silence the figure that has them, not the rest of the rule; texts are no templates', async () => {
    const condition = 'jobs.queueSize > 50 or hooks.errorRate > 5%';
    const description = 'as {{ page }} tells';
    const rule = { name: 'trouble', severity: 'warning', channels: [], cooldown: 0, condition, description };
    const { directory, rules } = await exportRules({ rules: [rule] });
    const exp_alerts = [
      { exp_labels: { severity: 'warning' }, exp_annotations: { summary: `trouble: ${condition}`, description } },
    ];
    const fires = { '10m': false, '30m': true, '80m': true } as const;
    const theirs = Object.entries(fires).map(([eval_time, isFiring]) => ({
      eval_time,
      alertname: 'trouble',
      exp_alerts: isFiring ? exp_alerts : [],
    }));
    const input = {
      strapi_jobs_ready: '1x19 60x20 1x50',
      // One run a minute are not enough, and then a hundred; half of them fail.
      hook_execution_time_seconds_count: '0+1x49 150+100x40',
      hook_errors_total: '0+0.5x49 75+50x40',
    };
    expect(prometheusTest(directory, { rules, input, expected: theirs })).toContain('SUCCESS');
    const series = {
      'jobs.queueSize': '1x19 60x20 1x50',
      'hooks.totalExecutions': '15x49 1500x40',
      'hooks.errorRate': '0.5x90',
    };
    const expected = Object.entries(fires).map(([at, isFiring]) => ({ at, firing: isFiring ? ['trouble'] : [] }));
    const ours = join(directory, 'ours.json');
    writeFileSync(ours, JSON.stringify({ tests: [{ name: 'the same', series, expect: expected }] }));
    const tested = await runJson(['alerts', 'test', ours, '--config', join(directory, 'config.json')]);
    expect(tested.document.findings).toEqual([]);
  });
});
