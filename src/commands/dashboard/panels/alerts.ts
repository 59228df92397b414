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
    summary: ({ firing, rules }: AlertStanding) => `${firing.length} of ${rules} rules fire`,
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
  lines: ({ firing, rules, evaluatedAt }, theme) => [
    `${firing.length} of ${rules} rules fire; evaluated ${evaluatedAt === null ? 'never on this host' : theme.time(evaluatedAt)}`,
    ...firing.map(
      ({ rule, severity, isSilenced }) =>
        `${theme.tone(TONE[severity], severity)} ${rule}${isSilenced ? ' (silenced)' : ''}`,
    ),
  ],
});

const TONE = { critical: 'alarm', warning: 'caution', info: 'plain' } as const satisfies Record<string, Tone>;
