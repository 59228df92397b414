import * as z from 'zod';
import { type AlertStanding, readStanding } from '../../../lib/alerts/index.js';
import { definePanel } from '../../../lib/dashboard/index.js';
import type { Tone } from '../../../lib/terminal/theme.js';

/** As the last evaluation on this host left them. */
export const alerts = definePanel({
  id: 'alerts',
  title: 'Alerts',
  source: {
    flags: z.object({}),
    run: readStanding,
    summary,
    view: ({ firing, evaluatedAt }, theme) =>
      [
        theme.fields([['evaluated', theme.time(evaluatedAt)]]),
        theme.table(
          ['severity', 'since', 'silenced', 'rule'],
          firing.map(({ severity, since, isSilenced, rule }) => [
            theme.tone(TONE[severity], severity),
            theme.time(since),
            isSilenced ? 'yes' : '',
            rule,
          ]),
        ),
      ].join('\n'),
  },
  given: {},
  more: 'viktoria-ops alerts check --dry-run',
  everyMs: 5_000,
  lines: (standing, theme) => [
    standing.evaluatedAt === null
      ? summary(standing)
      : `${summary(standing)}; evaluated ${theme.time(standing.evaluatedAt)}`,
    ...standing.firing.map(
      ({ rule, severity, isSilenced }) =>
        `${theme.tone(TONE[severity], severity)} ${rule}${isSilenced ? ' (silenced)' : ''}`,
    ),
  ],
});

function summary({ firing, rules, evaluatedAt }: AlertStanding): string {
  if (evaluatedAt === null) return 'no rule was ever evaluated on this host';
  return `${firing.length} of ${rules} rules fire`;
}

const TONE = { critical: 'alarm', warning: 'caution', info: 'plain' } as const satisfies Record<string, Tone>;
