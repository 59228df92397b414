import {
  CapacityReport,
  describeForecast,
  entryChart,
  formatChange,
  formatFigure,
  type ReportEntry,
  ReportFlags,
  reportCapacity,
} from '../../lib/capacity/index.js';
import { defineCommand } from '../../lib/command.js';
import { countOf } from '../../lib/measures.js';
import { sparkline } from '../../lib/terminal/sparkline.js';
import type { Theme } from '../../lib/terminal/theme.js';
import { diskPrediction } from './sample.js';

/** Of the resources that are full soonest: a page of all of them is read by nobody. */
const MOST_CHARTS = 12;

export default defineCommand({
  options: [
    ['--period <name>', 'weekly, monthly (default), quarterly or yearly'],
    ['--report <file>', 'write it to a file, too: .html with charts, or .md'],
    ['--horizon <time>', 'how far ahead: 90d, 6months (default: as far as the history, 6months at most)'],
    ['--metric <names>', 'only these: disk, or "disk /", or several, separated by commas'],
  ],
  flags: ReportFlags,
  result: CapacityReport,
  run: reportCapacity,
  summary: ({ entries, period }) => {
    const [first] = entries;
    if (first === undefined) return 'no history yet';
    return `${period}, ${countOf(entries.length, 'resource')}; ${first.prediction.resource}: ${describeForecast(first.prediction)}`;
  },
  view,
  charts: ({ entries }) => entries.filter(isOnTheMove).slice(0, MOST_CHARTS).map(entryChart),
  examples: [
    'viktoria-ops capacity report --period monthly',
    'viktoria-ops capacity report --period yearly --report capacity.html',
  ],
  sample: {
    period: 'monthly',
    periodDays: 30,
    entries: [
      {
        prediction: diskPrediction,
        change: { since: '2026-10-23', absolute: 6_100_000_000, share: 0.0814 },
        course: [
          { date: '2026-10-23', value: 74.9e9 },
          { date: '2026-11-07', value: 78.4e9 },
          { date: '2026-11-22', value: 81e9 },
        ],
        outlook: [{ date: '2027-02-20', low: 95e9, likely: 99.4e9, high: 104e9 }],
      },
    ],
    reportFile: '/var/lib/viktoria-ops/capacity.html',
  },
});

const isOnTheMove = ({ course }: ReportEntry) => course.some(({ value }) => value !== course[0]?.value);

function view({ entries, reportFile }: CapacityReport, theme: Theme): string {
  const rows = entries.map(({ prediction, change, course }) => {
    const { resource, unit, value, limit, usage } = prediction;
    return [
      resource,
      formatFigure(unit, value),
      limit === null ? null : formatFigure(unit, limit),
      usage === null ? null : theme.percent(Math.round(usage * 1_000) / 1_000),
      change && formatChange(unit, change.absolute),
      sparkline(course.map(({ value }) => value)),
      describeForecast(prediction),
    ];
  });
  const table = theme.table(['resource', 'now', 'limit', 'used', 'change', 'course', 'forecast'], rows);
  return reportFile === null ? table : `${table}\n${theme.dim(`Report: ${reportFile}`)}`;
}
