import { AuditFlags, AuditReport, showAudit } from '../../lib/audit/index.js';
import { defineCommand } from '../../lib/command.js';
import { countOf } from '../../lib/measures.js';

export default defineCommand({
  options: [
    ['--since <duration>', 'how far back to look (default: 7d)'],
    ['--limit <count>', 'at most so many, the newest (default: 50)'],
    ['--verify', 'read the whole log: was anything changed, removed, moved or cut?'],
  ],
  flags: AuditFlags,
  result: AuditReport,
  run: showAudit,
  summary: ({ records, omitted, verification }) => {
    const shown = countOf(records.length + omitted, 'record');
    if (verification === null) return shown;
    const { isIntact, problems } = verification;
    const whole = `all ${verification.records} are as they were written`;
    return isIntact
      ? `${shown}; ${whole}`
      : `${shown}; the log was tampered with: ${countOf(problems.length, 'place')}`;
  },
  view: ({ file, records, omitted }, theme) => {
    const rows = records.map(({ sequence, at, actor, action, subject, outcome }) => [
      sequence,
      theme.time(at),
      actor,
      action,
      subject,
      outcome,
    ]);
    return [
      theme.fields([['log', file]]),
      ...(rows.length === 0 ? [] : [theme.table(['entry', 'when', 'who', 'what', 'on', 'outcome'], rows)]),
      ...(omitted === 0 ? [] : [theme.dim(`${omitted} older not shown: --limit ${omitted + records.length}`)]),
    ].join('\n');
  },
  examples: [
    'viktoria-ops incidents audit',
    'viktoria-ops incidents audit --verify',
    'viktoria-ops incidents audit --since 30d --limit 1000 --json',
  ],
  sample: {
    file: '/var/lib/viktoria-ops/audit.jsonl',
    records: [
      {
        sequence: 1,
        previous: '0'.repeat(64),
        at: '2026-11-23T03:00:00.000Z',
        host: 'web1',
        runId: '5f3a9c01',
        actor: 'anna',
        action: 'automation.paused',
        subject: 'automation',
        outcome: 'done',
        details: { reason: 'moving the database' },
        hash: 'a'.repeat(64),
      },
    ],
    omitted: 0,
    verification: { isIntact: true, records: 1, problems: [], isTorn: false },
  },
});
