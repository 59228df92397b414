import { findTrends, formatChange, formatFigure, Trends, TrendsFlags } from '../../lib/capacity/index.js';
import { defineCommand } from '../../lib/command.js';
import { countOf } from '../../lib/measures.js';

export default defineCommand({
  options: [
    ['--window <time>', 'how far back to look, such as 90d (default: to the last level shift)'],
    ['--metric <names>', 'only these: disk, or "disk /", or several, separated by commas'],
  ],
  flags: TrendsFlags,
  result: Trends,
  run: findTrends,
  summary: ({ resources }) => {
    if (resources.length === 0) return 'no history yet';
    const growing = resources.filter(({ direction }) => direction === 'growing').length;
    return `${growing} of ${countOf(resources.length, 'resource')} ${growing === 1 ? 'grows' : 'grow'}`;
  },
  view: ({ resources }, theme) =>
    theme.table(
      ['resource', 'trend', 'a week', 'of it', 'at least', 'at most', 'now', 'since'],
      resources.map(({ resource, unit, value, direction, perWeek, sharePerWeek, since }) => [
        resource,
        direction.replace('_', ' '),
        perWeek && formatChange(unit, perWeek.likely),
        sharePerWeek === null ? null : theme.percent(Math.round(sharePerWeek * 10_000) / 10_000),
        perWeek && formatChange(unit, perWeek.low),
        perWeek && formatChange(unit, perWeek.high),
        formatFigure(unit, value),
        since,
      ]),
    ),
  spansEnvironments: true,
  examples: ['viktoria-ops capacity trends', 'viktoria-ops capacity trends --window 90d --metric table'],
  sample: {
    windowDays: null,
    resources: [
      {
        resource: 'disk /',
        unit: 'bytes',
        value: 81_000_000_000,
        limit: 100_000_000_000,
        usage: 0.81,
        since: '2026-07-14',
        until: '2026-11-22',
        points: 131,
        shift: null,
        direction: 'growing',
        perWeek: { low: 1_310_000_000, likely: 1_420_000_000, high: 1_530_000_000 },
        sharePerWeek: 0.0175,
      },
    ],
  },
});
