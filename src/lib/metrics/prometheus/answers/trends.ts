import type { PerformanceTrends } from '../../../contract/index.js';
import { MILLISECONDS } from '../../../units.js';
import { HOOKS, meanOf, type Tally, talliesOf } from '../hooks.js';
import type { Inquiry } from '../inquiry.js';
import { lastPeriod, observedWindow, windowOf } from '../window.js';

/** `GET /performance/weekly-trends`: the last seven days against the seven before. */
export async function weeklyTrends(inquiry: Inquiry): Promise<PerformanceTrends> {
  const period = lastPeriod(inquiry, '7d');
  const before = { from: period.from - MILLISECONDS.w, to: period.from };
  const [window, previous, current, past] = await Promise.all([
    observedWindow(inquiry, period),
    windowOf(inquiry, before),
    talliesOf(inquiry, period, HOOKS),
    talliesOf(inquiry, before, HOOKS),
  ]);
  const means = new Map(past.map((tally) => [keyOf(tally), meanOf(tally)]));
  const hooks = current.map((tally) => {
    const average = meanOf(tally);
    const previousAverage = means.get(keyOf(tally)) ?? null;
    return {
      contentType: tally.contentType,
      operation: tally.operation,
      executions: Math.round(tally.executions),
      averageExecutionTime: average,
      previousAverageExecutionTime: previousAverage,
      change: average === null || !previousAverage ? null : average / previousAverage - 1,
    };
  });
  return { window, previous, hooks };
}

const keyOf = ({ contentType, operation, source }: Tally): string => JSON.stringify([contentType, operation, source]);
