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
    ["system.status === 'critical'", '(1 - max(up{job="viktoria-hooks"})) == 1'],
    ["system.status !== 'critical'", '(1 - max(up{job="viktoria-hooks"})) != 1'],
  ])('%s', (text, promql) => {
    expect(translate(text)).toEqual({ promql });
  });

  test.each([
    ["system.status === 'warning'", 'Prometheus cannot know whether system.status is warning'],
    ['database.reachable === false', 'Prometheus cannot know database.reachable'],
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
    const conditions: Record<string, string> = {
      backlog: 'jobs.queueSize > 50',
      stalled: 'jobs.queueSize > 10 and not jobs.oldestReadyAge <= 60',
      quiet: 'jobs.queueSize > 0',
    };
    const details: Record<string, object> = { backlog: { for: '2m' }, quiet: { inhibitedBy: ['backlog'] } };
    const { directory, rules } = await exportRules({
      rules: Object.entries(conditions).map(([name, condition]) => ({ ...rule, name, condition, ...details[name] })),
    });
    const summaryOf = (name: string) => `${name}: ${conditions[name]}`;
    const series = { size: '0 60x4 5 _', age: '0 30 90x5' };
    const fires: Record<string, string[]> = {
      '1m': ['quiet'],
      '2m': ['stalled', 'quiet'],
      '4m': ['backlog', 'stalled'],
      '6m': ['quiet'],
    };
    const theirs = {
      rule_files: [rules],
      evaluation_interval: '1m',
      tests: [
        {
          interval: '1m',
          input_series: [
            { series: 'strapi_jobs_ready', values: series.size },
            { series: 'strapi_job_oldest_ready_age_seconds', values: series.age },
          ],
          alert_rule_test: Object.entries(fires).flatMap(([eval_time, firing]) =>
            ['backlog', 'stalled', 'quiet'].map((alertname) => ({
              eval_time,
              alertname,
              exp_alerts: firing.includes(alertname)
                ? [{ exp_labels: { severity: 'warning' }, exp_annotations: { summary: summaryOf(alertname) } }]
                : [],
            })),
          ),
        },
      ],
    };
    const file = join(directory, 'theirs.yml');
    writeFileSync(file, JSON.stringify(theirs));
    let said = '';
    try {
      said = promtool('test', 'rules', file);
    } catch (error) {
      said = String(Object(error).stdout) + String(Object(error).stderr);
    }
    expect(said).toContain('SUCCESS');
    const ours = {
      tests: [
        {
          name: 'the same',
          series: { 'jobs.queueSize': series.size, 'jobs.oldestReadyAge': series.age },
          // What is kept quiet fires for us, too: it is only not told.
          expect: Object.entries(fires).map(([at, firing]) => ({
            at,
            firing: firing.includes('backlog') ? [...firing, 'quiet'] : firing,
          })),
        },
      ],
    };
    writeFileSync(join(directory, 'ours.json'), JSON.stringify(ours));
    const config = join(directory, 'config.json');
    const tested = await runJson(['alerts', 'test', join(directory, 'ours.json'), '--config', config]);
    expect(tested.document.findings).toEqual([]);
    expect(tested.code).toBe(0);
  });
});
