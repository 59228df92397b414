import { defineCommand, planThenApply } from '../../lib/command.js';
import type { OperatorStatus } from '../../lib/contract/index.js';
import { Publication, PublishFlags, planPublication, publish } from '../../lib/monitoring/index.js';
import { sections } from './sections.js';

export default defineCommand({
  flags: PublishFlags,
  result: Publication,
  changes: true,
  run: planThenApply((context) => planPublication(context, sections), publish),
  summary: ({ file, written, status }) =>
    `${Object.keys(status.sections).length} sections for the page ${written ? 'written to' : 'to be written to'} ${file}`,
  view: ({ status }, theme) =>
    theme.table(
      ['status', 'section', 'what it says'],
      Object.entries(status.sections).map(([name, { status: own, summary }]) => [theme.status(own), name, summary]),
    ),
  examples: ['viktoria-ops monitoring publish', 'viktoria-ops monitoring publish --dry-run --json'],
  sample: { file: '/var/lib/viktoria-page/status.json', written: true, status: sample() },
});

function sample(): OperatorStatus {
  const told = { status: 'ok', findings: [], rows: [] } as const;
  const row = { name: 'Hook success rate', status: 'warning', value: '98.2 % (≥ 99 %)', at: null } as const;
  return {
    schemaVersion: 1,
    writtenAt: '2026-11-23T03:00:00.000Z',
    validUntil: '2026-11-23T03:15:00.000Z',
    host: 'backend-1',
    environment: 'production',
    sections: {
      alerts: { ...told, summary: 'no alert fires; 31 rules', findings: [], rows: [] },
      incidents: { ...told, summary: 'nothing is open, 3 in all', findings: [], rows: [] },
      kpis: { ...told, status: 'warning', summary: '11 of 12 targets met in 24h, 1 missed', findings: [], rows: [row] },
      backups: { ...told, summary: 'the newest proven backup of the database is 5 h old', findings: [], rows: [] },
      maintenance: { ...told, summary: '12 runs; daily last went well', findings: [], rows: [] },
    },
  };
}
