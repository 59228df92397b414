import { applyRedelivery, planRedelivery, RedeliverFlags, Redelivery } from '../../lib/alerts/index.js';
import { defineCommand, planThenApply } from '../../lib/command.js';
import { countOf } from '../../lib/measures.js';

export default defineCommand({
  operands: [['<channel>', 'as alerting.channels names it']],
  flags: RedeliverFlags,
  result: Redelivery,
  changes: true,
  run: planThenApply(planRedelivery, applyRedelivery),
  summary: ({ channel, letters, applied, pending }) => {
    if (letters.length === 0) return `nothing was given up for ${channel}`;
    const events = countOf(letters.length, 'event');
    if (!applied) return `${events} would be told to ${channel} again`;
    return pending ? `${events} put back for ${channel}; ${pending} still wait` : `${channel} took ${events}`;
  },
  view: ({ letters }, theme) =>
    letters.length === 0
      ? ''
      : theme.table(
          ['given up', 'event', 'reason'],
          letters.map(({ diedAt, summary, reason }) => [theme.time(diedAt), summary, reason]),
        ),
  examples: ['viktoria-ops alerts redeliver slack --dry-run', 'viktoria-ops alerts redeliver slack'],
  sample: {
    channel: 'slack',
    letters: [
      {
        id: 'high-error-rate-3-firing',
        diedAt: '2026-11-23T03:00:00.000Z',
        summary: 'hooks.errorRate is 7.2 %',
        reason: 'answered 404 (no_service)',
      },
    ],
    applied: true,
    pending: 0,
  },
});
