import * as z from 'zod';
import { AlertList, listAlerts } from '../../lib/alerts/index.js';
import { defineCommand } from '../../lib/command.js';
import { countOf, formatDuration } from '../../lib/measures.js';

export default defineCommand({
  flags: z.object({}),
  result: AlertList,
  run: listAlerts,
  summary: (rules) =>
    `${countOf(rules.length, 'rule')}, ${rules.filter(({ origin }) => origin !== 'default').length} of them configured`,
  view: (rules, theme) =>
    theme.table(
      ['rule', 'severity', 'condition', 'for', 'channels', 'from'],
      rules.map(({ name, severity, condition, forMs, channels, origin }) => [
        name,
        severity,
        condition,
        forMs === 0 ? '' : formatDuration(forMs),
        channels.join(', '),
        origin,
      ]),
    ),
  spansEnvironments: true,
  examples: ['viktoria-ops alerts list', 'viktoria-ops alerts list --json'],
  sample: [
    {
      name: 'high-error-rate',
      severity: 'warning',
      kind: 'state',
      origin: '/srv/viktoria/.monitoringrc.json:41',
      condition: 'hooks.errorRate > 0.01',
      clear: null,
      channels: ['slack'],
      forMs: 0,
      cooldownMs: 900_000,
      inhibitedBy: ['application-down', 'database-down', 'metrics-unavailable'],
      description: 'More hook runs fail than the KPI allows.',
      runbook: 'docs/runbook.md#high-error-rate',
    },
  ],
});
