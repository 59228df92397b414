/** How the hooks did in the window of the alerts. */
import type { Source } from './source.js';

export const performance: Source = {
  name: 'performance',
  api: 'required',
  read: async ({ context, config }) => {
    const figures = await context.api('performance', { window: config.alerting.window });
    return {
      values: {
        'hooks.totalExecutions': figures.totalExecutions,
        'hooks.failedExecutions': figures.failedExecutions,
        'hooks.rejectedExecutions': figures.rejectedExecutions,
        'hooks.errorRate': figures.errorRate,
        'hooks.successRate': figures.successRate,
        'hooks.averageExecutionTime': figures.averageExecutionTime,
        'hooks.p50': figures.p50,
        'hooks.p95': figures.p95,
        'hooks.p99': figures.p99,
        'hooks.coverage': figures.window.coverage,
      },
    };
  },
};
