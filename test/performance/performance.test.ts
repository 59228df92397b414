import { expect, test } from '@jest/globals';
import command from '../../src/commands/performance/summary.js';
import type { HookPerformance } from '../../src/lib/contract/index.js';
import { judgePerformance } from '../../src/lib/performance/decide.js';
import { performanceSummary } from '../../src/lib/performance/index.js';
import { apiAt, configOf, serve } from '../support/stub-server.js';

const performance = { ...command.sample.performance, slowestHooks: [] };
const [hook] = command.sample.performance.slowestHooks as [HookPerformance['slowestHooks'][number]];
const { kpis } = configOf({});

test.each<[string, Partial<HookPerformance>, number, string[]]>([
  ['on target', {}, 20, []],
  ['error rate at its level', { errorRate: 0.01 }, 20, []],
  ['error rate above', { errorRate: 0.011 }, 20, ['ERROR-RATE warning']],
  ['error rate critical', { errorRate: 0.051 }, 20, ['ERROR-RATE error']],
  ['one error of few runs is no rate', { errorRate: 1 / 19, totalExecutions: 19 }, 20, ['ERROR-RATE warning']],
  ['the success rate says the same', { errorRate: 0.02, successRate: 0.98 }, 20, ['ERROR-RATE warning']],
  ['refused input lowers only the success rate', { successRate: 0.9 }, 20, ['SUCCESS-RATE warning']],
  ['mean above target', { averageExecutionTime: 101 }, 20, ['SLOW info']],
  ['mean above warning', { averageExecutionTime: 501 }, 20, ['SLOW warning']],
  ['mean above critical', { averageExecutionTime: 2001 }, 20, ['SLOW error']],
  ['a hook above target only', { slowestHooks: [{ ...hook, averageExecutionTime: 499 }] }, 20, []],
  ['a slow hook', { slowestHooks: [hook, { ...hook, averageExecutionTime: 501 }] }, 20, ['SLOW-HOOK warning']],
  ['a very slow hook', { slowestHooks: [{ ...hook, averageExecutionTime: 2001 }] }, 20, ['SLOW-HOOK error']],
  ['the application answers slowly', {}, 501, ['RESPONSE-TIME warning']],
  ['some hooks not measured', { instrumentation: 'partial' }, 20, ['PARTIAL warning']],
  [
    'no hook ran',
    { totalExecutions: 0, errorRate: null, successRate: null, averageExecutionTime: null },
    20,
    ['IDLE info'],
  ],
  [
    'nothing was recorded',
    {
      totalExecutions: 0,
      errorRate: null,
      successRate: null,
      averageExecutionTime: null,
      window: { ...performance.window, coverage: 0 },
    },
    20,
    ['UNOBSERVED unknown'],
  ],
])('%s', (_, changes, responseTimeMs, expected) => {
  const findings = judgePerformance({ performance: { ...performance, ...changes }, responseTimeMs }, kpis);
  expect(findings.map(({ code, severity }) => `${code.replace('VOPS-PERFORMANCE-', '')} ${severity}`)).toEqual(
    expected,
  );
});

test('the window is asked for, and the time of the answer measured', async () => {
  const asked: string[] = [];
  const url = await serve((request, response) => {
    asked.push(request.url ?? '');
    response.setHeader('content-type', 'application/json');
    setTimeout(() => response.end(JSON.stringify(performance)), 30);
  });
  const outcome = await performanceSummary(apiAt(url, { kpis: { responseTimeMs: { target: 25 } } }), { window: '1h' });
  expect(asked).toEqual(['/api/hook-monitoring/performance?window=1h']);
  expect(outcome.result.responseTimeMs).toBeGreaterThanOrEqual(29);
  expect(outcome).toMatchObject({ status: 'warning', findings: [{ code: 'VOPS-PERFORMANCE-RESPONSE-TIME' }] });
});
