import type { HookError, HookMetric, HookPerformance } from '../../../../contract/index.js';
import { createChart } from '../chart.js';
import { element, show } from '../dom.js';
import { type Figure, figures } from '../parts.js';
import { table } from '../table.js';
import type { View } from '../view.js';
import { createAllHooks, hookColumns, hookRow } from './all-hooks.js';
import type { Panel } from './panel.js';

const ERRORS_SHOWN = 10;

/** The guide's HookPerformance: the last hour in figures, the chosen range as lines, the slowest, the newest errors. */
export const hooks: Panel = {
  name: 'hooks',
  sources: ['performance', 'history'],
  create(body, { view, base }) {
    const { words, format } = view;
    const facts = element('div');
    const details = element('div');
    const times = createChart(
      {
        title: words.hooks.times,
        series: [
          { name: words.hooks.mean, colour: '--one' },
          { name: words.hooks.p95, colour: '--two' },
        ],
        format: format.duration,
      },
      view,
    );
    const runs = createChart(
      {
        title: words.hooks.runs,
        series: [
          { name: words.hooks.executions, colour: '--one', isCount: true },
          { name: words.hooks.failed, colour: '--bad', isCount: true },
        ],
        format: format.count,
      },
      view,
    );
    body.append(facts, times.node, runs.node, details, createAllHooks(view, base));
    return (readings, changed) => {
      const { data } = readings.performance;
      if (data) show(facts, element('h3', {}, words.hooks.window), figures(figuresOf(data, view)));
      if (data) show(details, slowest(data.slowestHooks, view), recent(data.recentErrors, view));
      const buckets = readings.history.data?.buckets;
      if (changed !== 'history' || !buckets) return;
      const at = buckets.map(({ from }) => Date.parse(from) / 1000);
      times.update([at, buckets.map((one) => one.averageExecutionTime), buckets.map(({ p95 }) => p95)]);
      runs.update([at, buckets.map(({ executions }) => executions), buckets.map(({ errors }) => errors)]);
    };
  },
};

function figuresOf(data: HookPerformance, { words, format }: View): Figure[] {
  const w = words.hooks;
  return [
    [w.executions, format.count(data.totalExecutions)],
    [w.mean, format.duration(data.averageExecutionTime)],
    [w.p95, format.duration(data.p95)],
    [w.p99, format.duration(data.p99)],
    [w.successRate, format.percent(data.successRate)],
    [w.errorRate, format.percent(data.errorRate)],
    [w.rejected, format.count(data.rejectedExecutions)],
  ];
}

const slowest = (list: readonly HookMetric[], view: View) =>
  list.length > 0 &&
  table({
    caption: view.words.hooks.slowest,
    columns: hookColumns(view),
    rows: list.map((hook) => hookRow(hook, view)),
  });

const recent = (errors: readonly HookError[], { words, format }: View) =>
  errors.length > 0 &&
  table({
    caption: words.hooks.recent,
    columns: [{ name: words.time }, { name: words.hooks.hook }, { name: words.hooks.error }],
    rows: errors
      .slice(0, ERRORS_SHOWN)
      .map(({ timestamp, contentType, operation, errorType, message }) => [
        format.time(timestamp),
        `${contentType} ${operation}`,
        [element('b', {}, errorType), ` ${message}`],
      ]),
  });
