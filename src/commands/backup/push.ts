import { applyPush, Push, PushFlags, planPush } from '../../lib/backup/index.js';
import { defineCommand, planThenApply } from '../../lib/command.js';
import { countOf } from '../../lib/measures.js';

export default defineCommand({
  operands: [['[id]', 'only this backup, also one that was removed there']],
  flags: PushFlags,
  result: Push,
  run: planThenApply(planPush, applyPush),
  changes: true,
  summary: ({ store, backups, left }) => {
    const of = (wanted: string) => backups.filter(({ outcome }) => outcome === wanted).length;
    const [waiting, failed] = [of('planned'), of('failed') + of('not tried')];
    const done = waiting > 0 ? `${countOf(waiting, 'backup')} to send` : `${countOf(of('sent'), 'backup')} sent`;
    return `${done} to ${store}${failed > 0 ? `, ${failed} not` : ''}, ${left.there} there before`;
  },
  view: ({ catalogue, backups, left, swept }, theme) =>
    [
      theme.fields([['catalogue', catalogue]]),
      ...(backups.length === 0
        ? []
        : [
            theme.table(
              ['backup', 'size', 'outcome', 'took'],
              backups.map(({ id, sizeBytes, outcome, durationMs }) => [
                id,
                theme.bytes(sizeBytes),
                outcome,
                theme.duration(durationMs),
              ]),
            ),
          ]),
      ...(left.removed > 0 ? [`${countOf(left.removed, 'backup')} left out: removed there by retention`] : []),
      ...(left.bad > 0 ? [`${countOf(left.bad, 'backup')} left out: not known to be good`] : []),
      ...swept.map((what) => `removed there: ${what}`),
    ].join('\n'),
  examples: [
    'viktoria-ops backup push',
    'viktoria-ops backup push --dry-run',
    'viktoria-ops backup push database-20260101T030000Z-5f2a9c31',
  ],
  sample: {
    catalogue: '/var/lib/viktoria-ops/backups',
    store: 's3://backups/viktoria/production',
    backups: [
      {
        id: 'database-20260101T030000Z-5f2a9c31',
        kind: 'database',
        createdAt: '2026-01-01T03:00:00.000Z',
        sizeBytes: 1_480_000_000,
        outcome: 'sent',
        durationMs: 41_200,
      },
    ],
    left: { there: 12, removed: 2, bad: 0 },
    swept: [],
  },
});
