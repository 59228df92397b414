import * as z from 'zod';
import { defineCommand } from '../../lib/command.js';
import { formatPercent } from '../../lib/measures.js';
import { findBottlenecks, HookBottlenecks } from '../../lib/performance/bottlenecks.js';
import { bottleneckSample, bottlenecksView } from './bottlenecks-view.js';

export default defineCommand({
  flags: z.object({}),
  result: HookBottlenecks,
  run: findBottlenecks,
  summary: ({ bottlenecks: [first] }) =>
    first === undefined
      ? 'no hook ran in 24 h'
      : `${first.contentType} ${first.operation} takes ${formatPercent(Math.round(first.shareOfTime * 100) / 100)} of the hooks' time: ${first.reason}`,
  view: ({ bottlenecks }, theme) => bottlenecksView(bottlenecks, theme),
  spansEnvironments: true,
  examples: ['viktoria-ops performance bottlenecks', 'viktoria-ops performance bottlenecks --json'],
  sample: {
    window: { from: '2026-11-22T03:00:00.000Z', to: '2026-11-23T03:00:00.000Z', coverage: 1 },
    bottlenecks: [bottleneckSample],
  },
});
