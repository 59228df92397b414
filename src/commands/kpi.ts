import { defineCommand } from '../lib/command.js';
import { formatValue, KpiFlags, KpiReport, reportKpis } from '../lib/kpi/index.js';
import type { Theme } from '../lib/terminal/theme.js';

export default defineCommand({
  options: [
    ['--window <duration>', 'how far back to look: 1h, 24h, 7d (default: 24h)'],
    ['--uptime-window <duration>', 'the same for the uptime (default: 30d)'],
  ],
  flags: KpiFlags,
  result: KpiReport,
  run: reportKpis,
  summary: ({ kpis, window }) => {
    const count = (verdict: KpiReport['kpis'][number]['verdict']) =>
      kpis.filter((kpi) => kpi.verdict === verdict).length;
    const rest = [
      ...(count('missed') > 0 ? [`${count('missed')} missed`] : []),
      ...(count('unknown') > 0 ? [`${count('unknown')} not measured`] : []),
    ];
    return [`${count('met')} of ${kpis.length} targets met in ${window}`, ...rest].join(', ');
  },
  view: ({ kpis }, theme) =>
    theme.table(
      ['status', 'kpi', 'value', 'target', 'samples', 'coverage', 'before', 'trend', 'from'],
      kpis.map((kpi) => rowOf(kpi, theme)),
    ),
  spansEnvironments: true,
  examples: ['viktoria-ops kpi', 'viktoria-ops kpi --window 7d', 'viktoria-ops kpi --json'],
  sample: {
    window: '24h',
    uptimeWindow: '30d',
    kpis: [
      {
        id: 'hookSuccessRate',
        title: 'Hook success rate',
        group: 'hooks',
        unit: 'share',
        good: 'atLeast',
        target: 0.99,
        value: 0.982,
        samples: 1204,
        coverage: 1,
        previous: 0.991,
        trend: 'worse',
        verdict: 'missed',
        source: 'runs of the hooks',
        hint: null,
      },
      {
        id: 'calculationCorrectness',
        title: 'Calculation correctness',
        group: 'business',
        unit: 'share',
        good: 'atLeast',
        target: 1,
        value: null,
        samples: null,
        coverage: null,
        previous: null,
        trend: null,
        verdict: 'unknown',
        source: 'no check measures it',
        hint: 'add one with "kpi": "calculationCorrectness": docs/integrity.md',
      },
    ],
  },
});

const STATUS = { met: 'ok', missed: 'warning', unknown: 'unknown' } as const;

function rowOf(kpi: KpiReport['kpis'][number], theme: Theme) {
  const { title, good, value, target, samples, coverage, previous, trend, verdict, source, hint } = kpi;
  return [
    theme.status(STATUS[verdict]),
    title,
    value === null ? null : formatValue(value, kpi),
    `${good === 'atLeast' ? '≥' : '≤'} ${formatValue(target, kpi)}`,
    theme.count(samples),
    theme.percent(coverage),
    previous === null ? null : formatValue(previous, kpi),
    trend,
    hint === null ? source : `${source}: ${hint}`,
  ];
}
