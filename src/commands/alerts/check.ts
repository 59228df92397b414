import { CheckFlags } from '../../lib/alerts/index.js';
import { defineCommand } from '../../lib/command.js';
import { checkAndRespond, WatchReport } from '../../lib/incidents/index.js';
import type { Theme } from '../../lib/terminal/theme.js';

export default defineCommand({
  options: [['--lock-wait <duration>', 'how long to wait for another evaluation (default: 60s, on a terminal 0s)']],
  flags: CheckFlags,
  result: WatchReport,
  changes: true,
  run: checkAndRespond,
  summary: ({ headline }) => headline,
  view,
  examples: [
    'viktoria-ops alerts check',
    'viktoria-ops alerts check --dry-run',
    'viktoria-ops alerts check --quiet --deadline 2m',
  ],
  sample: {
    headline: '1 alert: high-error-rate (warning, for 5 min); 31 rules; 1 message delivered',
    rules: 31,
    firing: [
      {
        rule: 'high-error-rate',
        severity: 'warning',
        since: '2026-11-23T03:00:00.000Z',
        values: { 'hooks.errorRate': 0.032 },
        condition: 'hooks.errorRate > 0.01',
        mutedBy: null,
        isFlapping: false,
        runbook: 'docs/runbook.md#high-error-rate',
      },
    ],
    pending: [],
    transitions: [],
    messages: [{ channel: 'slack', rule: 'high-error-rate', kind: 'firing', id: 'high-error-rate-3-firing' }],
    delivery: {
      delivered: 1,
      pending: 0,
      dead: 0,
      dropped: 0,
      corrupt: [],
      channels: [
        {
          channel: 'slack',
          status: 'ok',
          delivered: 1,
          pending: 0,
          dead: 0,
          dropped: 0,
          oldestAgeSeconds: null,
          nextAttemptAt: null,
          lastError: null,
        },
      ],
    },
    problems: [],
    incidents: { changes: [], runs: [] },
  },
});

function view(report: WatchReport, theme: Theme): string {
  const { delivery, messages, incidents, problems } = report;
  return [
    viewFiring(report, theme),
    theme.table(
      ['channel', 'delivered', 'waiting', 'trouble'],
      (delivery?.channels ?? []).map(({ channel, delivered, pending, lastError }) => [
        channel,
        String(delivered),
        String(pending),
        lastError ?? '',
      ]),
    ),
    delivery === null && messages.length > 0
      ? theme.table(
          ['would tell', 'alert', 'what'],
          messages.map(({ channel, rule, kind }) => [channel, rule, kind]),
        )
      : '',
    theme.table(
      ['playbook', 'action', 'state', 'note'],
      incidents.runs.flatMap(({ playbook, steps }) =>
        steps.map(({ action, state, note }) => [playbook, action, state, note ?? '']),
      ),
    ),
    theme.table(
      ['no answer from', 'why'],
      problems.map(({ source, message }) => [source, message]),
    ),
  ]
    .filter((part) => part !== '')
    .join('\n');
}

const viewFiring = ({ firing }: WatchReport, theme: Theme) =>
  theme.table(
    ['severity', 'alert', 'since', 'figures', 'quiet'],
    firing.map(({ severity, rule, since, values, mutedBy }) => [
      severity,
      rule,
      theme.time(since),
      Object.entries(values)
        .map(([path, value]) => `${path} ${value ?? 'unknown'}`)
        .join(', '),
      mutedBy ?? '',
    ]),
  );
