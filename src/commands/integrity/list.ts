import { defineCommand } from '../../lib/command.js';
import { IntegrityList, IntegrityListFlags, listIntegrity } from '../../lib/integrity/index.js';
import { countOf } from '../../lib/measures.js';

export default defineCommand({
  flags: IntegrityListFlags,
  result: IntegrityList,
  run: listIntegrity,
  summary: ({ entries, preset }) => {
    if (entries.length === 0) return 'nothing is configured to be checked; see docs/integrity.md';
    const journeys = entries.filter(({ kind }) => kind === 'journey').length;
    const origin = preset === null ? '' : `, with those of the preset ${preset}`;
    return `${countOf(entries.length - journeys, 'check')} and ${countOf(journeys, 'journey')}${origin}`;
  },
  view: ({ entries }, theme) =>
    entries.length === 0
      ? ''
      : theme.table(
          ['name', 'kind', 'warn', 'fail', 'kpi', 'last', 'checked', 'failing since', 'owner', 'what holds'],
          entries.map((entry) => [
            entry.name,
            entry.kind,
            entry.warn,
            entry.fail,
            entry.kpi,
            entry.lastState === null ? null : theme.status(entry.lastState),
            theme.time(entry.lastRun),
            theme.time(entry.failingSince),
            entry.owner,
            entry.description,
          ]),
        ),
  spansEnvironments: true,
  examples: ['viktoria-ops integrity list', 'viktoria-ops integrity list --json'],
  sample: {
    preset: 'football',
    entries: [
      {
        name: 'points-recomputed',
        kind: 'recomputed',
        description: 'every line of the league table is what its matches say',
        owner: null,
        warn: null,
        fail: '1',
        kpi: 'calculationCorrectness',
        lastRun: '2026-11-23T03:00:00.000Z',
        lastState: 'ok',
        failingSince: null,
        runs: 14,
      },
    ],
  },
});
