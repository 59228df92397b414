import { planned, reportOn } from '../../lib/db/maintain/report.js';
import type { Optimization } from '../../lib/performance/optimize.js';
import { bottleneckSample } from './bottlenecks-view.js';

export const optimizationSample: Optimization = {
  comprehensive: false,
  applied: false,
  hooks: [bottleneckSample],
  regressions: [],
  database: {
    advice: [
      {
        subject: 'public.matches',
        why: '22 % of its rows are dead',
        action: 'VACUUM (ANALYZE, SKIP_LOCKED) public.matches',
        isSafe: true,
        gainBytes: 4_100_000,
        severity: 'warning',
      },
    ],
    maintenance: reportOn(
      [
        planned({
          oid: 16_402,
          object: 'public.matches',
          table: 'public.matches',
          action: 'vacuum',
          sql: 'VACUUM (ANALYZE, SKIP_LOCKED) public.matches',
          reason: '22 % of its rows are dead',
          sizeBytes: 18_600_000,
          gainBytes: 4_100_000,
        }),
      ],
      { applied: false, isStandby: false },
    ),
  },
  memory: {
    before: {
      pid: 4_242,
      heapUsedBytes: 310_000_000,
      heapLimitBytes: 2_197_815_296,
      residentBytes: 402_000_000,
      eventLoopLagMs: 1.2,
    },
    after: null,
    actions: [
      {
        route: 'collectGarbage',
        request: 'POST http://localhost:1337/api/hook-monitoring/actions/collect-garbage {}',
        outcome: 'skipped',
        note: "14.1 % of the heap's limit in use: nothing to gain",
      },
    ],
  },
};
