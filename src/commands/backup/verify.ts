import { Verification, VerifyFlags, verifyBackups } from '../../lib/backup/index.js';
import { defineCommand } from '../../lib/command.js';
import { countOf } from '../../lib/measures.js';

/** What each level means, in the words of the report. */
const PROVEN = ['is there', 'has its checksums', 'was read whole', 'was restored'] as const;

export default defineCommand({
  operands: [['[backup]', 'its id, a part of it, its label, or newest (default: the newest of each)']],
  options: [
    ['--level <level>', '0 there, 1 checksums, 2 read whole, 3 restored (default: 3)'],
    ['--kind <kind>', 'only backups of this kind: database, files or config'],
    ['--all', 'every backup, not only the newest of each'],
    ['--remote', 'those in the bucket of backup.remote'],
    ['--lock-wait <duration>', 'how long to wait for another verification (default: 15m, on a terminal 0s)'],
  ],
  flags: VerifyFlags,
  result: Verification,
  run: verifyBackups,
  summary: ({ backups, wanted, store }) => {
    if (backups.length === 0) return `nothing to prove in ${store}`;
    const bad = backups.filter(({ status }) => status === 'failed');
    if (bad.length > 0)
      return `${countOf(bad.length, 'backup')} of ${backups.length} cannot be relied on: ${bad.map(({ id }) => id).join(', ')}`;
    const short = backups.filter(({ reached }) => (reached ?? -1) < wanted);
    const all = countOf(backups.length, 'backup');
    return short.length === 0
      ? `${all} proven: each ${PROVEN[wanted]}`
      : `${short.length} of ${all} could not be proven as far as level ${wanted}`;
  },
  view: ({ backups }, theme) =>
    theme.table(
      ['status', 'backup', 'of', 'size', 'time', 'proven'],
      backups.map(({ status, id, source, sizeBytes, durationMs, reached }) => [
        theme.status(status),
        id,
        source,
        theme.bytes(sizeBytes),
        theme.duration(durationMs),
        reached === null ? null : `level ${reached}: ${PROVEN[reached]}`,
      ]),
    ),
  examples: [
    'viktoria-ops backup verify',
    'viktoria-ops backup verify newest --level 1',
    'viktoria-ops backup verify --all --level 1 --remote',
  ],
  sample: {
    store: '/var/lib/viktoria-ops/backups',
    wanted: 3,
    backups: [
      {
        id: 'database-20260101T030000Z-5f2a9c31',
        kind: 'database',
        source: 'localhost:5432/viktoria_wertheim',
        createdAt: '2026-01-01T03:00:00.000Z',
        sizeBytes: 170_000_000,
        reached: 3,
        status: 'ok',
        durationMs: 21_400,
      },
    ],
  },
});
