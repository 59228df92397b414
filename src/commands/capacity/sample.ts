/** What the samples of the capacity commands share. */
import type { Predictions } from '../../lib/capacity/index.js';

export const diskPrediction = {
  state: 'forecast',
  resource: 'disk /',
  unit: 'bytes',
  value: 81_000_000_000,
  limit: 100_000_000_000,
  usage: 0.81,
  since: '2026-07-14',
  until: '2026-11-22',
  points: 131,
  shift: { date: '2026-07-14', change: -14_200_000_000 },
  horizonDays: 131,
  isBeyondHistory: false,
  model: 'Theil–Sen',
  perWeek: { low: 1_310_000_000, likely: 1_420_000_000, high: 1_530_000_000 },
  atHorizon: { low: 103_800_000_000, likely: 107_600_000_000, high: 111_400_000_000 },
  daysToLimit: { early: 79, likely: 94, late: 110 },
  backTest: { meanError: 910_000_000, coverage: 0.86 },
} as const satisfies Predictions['resources'][number];
