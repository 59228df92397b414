/** This week against the last. */
import type { PerformanceTrends } from '../../contract/index.js';
import type { Source } from './source.js';

export const trends: Source = {
  name: 'trends',
  api: 'optional',
  // The application reads two weeks of history for it, and the answer hardly moves: once an hour is enough.
  read: async ({ context, memory }) => {
    const hour = context.now().toISOString().slice(0, 13);
    if (memory === hour) return { values: {} };
    return { values: changeOf(await context.api('weeklyTrends')), memory: hour };
  },
};

/** Hooks of both weeks only, each with its runs of this week: what ran more often than before is no change of speed. */
function changeOf({ hooks }: PerformanceTrends) {
  let [executions, currentMs, previousMs] = [0, 0, 0];
  for (const { executions: runs, averageExecutionTime, previousAverageExecutionTime } of hooks) {
    if (averageExecutionTime === null || previousAverageExecutionTime === null) continue;
    executions += runs;
    currentMs += runs * averageExecutionTime;
    previousMs += runs * previousAverageExecutionTime;
  }
  return {
    'hooks.weeklyExecutions': executions,
    'hooks.weeklyChange': previousMs > 0 ? currentMs / previousMs - 1 : null,
  };
}
