/** What the samples of the flag commands share. */
import type { Flag } from '../../lib/flags/index.js';

export const newTable = {
  name: 'new-table',
  source: 'file',
  enabled: true,
  percentage: null,
  owner: 'anna',
  expires: '2026-12-31',
  evaluations: 8_120,
  lastEvaluation: '2026-11-23T02:59:58.120Z',
  usage: {
    evaluations: 41_200,
    enabledShare: 0.62,
    days: 30,
    lastDay: '2026-11-23',
    answer: 'on',
    answerSince: '2026-11-05',
  },
  references: { count: 1, places: [{ file: 'src/api/match/services/table.ts', line: 41 }] },
  states: [],
} satisfies Flag;
