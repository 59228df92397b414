import { describeSlo, formatAvailability, SloFlags, SloReport, showSlo } from '../../lib/alerts/slo/index.js';
import { defineCommand } from '../../lib/command.js';
import { writeDuration } from '../../lib/units.js';

export default defineCommand({
  flags: SloFlags,
  result: SloReport,
  run: showSlo,
  summary: describeSlo,
  view: ({ target, windowMs, availability, coverage, budgetMs, downMs, leftMs, burnRates, alerts }, theme) =>
    [
      theme.fields([
        ['target', `${theme.percent(target)} over ${writeDuration(windowMs)}`],
        ['availability', availability === null ? 'unknown' : formatAvailability(availability)],
        ['coverage', theme.percent(coverage)],
        ['error budget', theme.duration(budgetMs)],
        ['down', theme.duration(downMs)],
        ['left', leftMs !== null && leftMs < 0 ? `overspent by ${theme.duration(-leftMs)}` : theme.duration(leftMs)],
      ]),
      theme.table(
        ['over', 'burn rate', 'probes'],
        burnRates.map(({ window, burnRate, events }) => [window, burnRate?.toFixed(1) ?? 'unknown', events]),
      ),
      theme.table(
        ['alert above', 'over', 'and over', 'severity', 'state'],
        alerts.map(({ factor, long, short, severity, state }) => [factor, long, short, severity, state]),
      ),
    ].join('\n'),
  spansEnvironments: true,
  examples: ['viktoria-ops alerts slo', 'viktoria-ops alerts slo --fail-on warning --quiet'],
  sample: {
    target: 0.999,
    windowMs: 2_592_000_000,
    availability: 0.99962,
    coverage: 0.98,
    budgetMs: 2_592_000,
    downMs: 965_000,
    leftMs: 1_627_000,
    burnRates: [{ window: '1h', burnRate: 0.4, events: 60 }],
    alerts: [{ factor: 14.4, long: '1h', short: '5m', severity: 'critical', state: 'quiet' }],
  },
});
