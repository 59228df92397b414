import { listSilences, SilenceList, SilencesFlags } from '../../lib/alerts/silence.js';
import { defineCommand } from '../../lib/command.js';
import { countOf } from '../../lib/measures.js';

export default defineCommand({
  options: [['--all', 'also those that are over, of the last 30 days']],
  flags: SilencesFlags,
  result: SilenceList,
  run: listSilences,
  summary: ({ silences }) => {
    const active = silences.filter(({ isActive }) => isActive);
    const quiets = [...new Set(active.flatMap((silence) => silence.quiets))];
    const now = quiets.length === 0 ? '' : `; quiet though they fire: ${quiets.join(', ')}`;
    return active.length === 0 ? 'nothing is silenced' : `${countOf(active.length, 'silence')} in force${now}`;
  },
  view: ({ silences }, theme) =>
    silences.length === 0
      ? ''
      : theme.table(
          ['id', 'rule', 'severities', 'until', 'author', 'firing now', 'comment'],
          silences.map(({ id, rule, severities, until, author, quiets, comment, isActive }) => [
            id,
            rule,
            severities?.join(', ') ?? 'all',
            isActive ? theme.time(until) : `over since ${theme.time(until)}`,
            author,
            quiets.join(', '),
            comment,
          ]),
        ),
  spansEnvironments: true,
  examples: ['viktoria-ops alerts silences', 'viktoria-ops alerts silences --all --json'],
  sample: {
    silences: [
      {
        id: '5f2a9c31',
        rule: 'slow-*',
        severities: ['info', 'warning'],
        from: '2026-11-23T03:00:00.000Z',
        until: '2026-11-23T05:00:00.000Z',
        author: 'anna',
        comment: 'import runs',
        isActive: true,
        quiets: [],
      },
    ],
  },
});
