import { listBackups } from '../../lib/backup/list.js';
import { BackupList, type ListedBackup, ListFlags } from '../../lib/backup/listed.js';
import { defineCommand } from '../../lib/command.js';
import { countOf, formatBytes, formatDuration, formatPercent } from '../../lib/measures.js';
import type { Theme } from '../../lib/terminal/theme.js';

const THING = { config: 'configuration', database: 'database', files: 'files' } as const;

export default defineCommand({
  options: [
    ['--kind <kind>', 'only config, database or files'],
    ['--remote', 'what the bucket of backup.remote holds'],
  ],
  flags: ListFlags,
  result: BackupList,
  run: listBackups,
  summary: ({ subject, newest, totals }) => {
    const age = newest ? formatDuration(Math.max(0, newest.ageMs)) : '';
    const first = newest
      ? `the newest proven backup of the ${THING[subject]} is ${age} old (level ${newest.level}): ${newest.id}`
      : `no good backup of the ${THING[subject]}`;
    return `${first}; ${countOf(totals.backups, 'backup')}, ${totals.good} good, ${formatBytes(totals.sizeBytes)}`;
  },
  view: ({ store, backups, damaged, groups }, theme) => {
    if (backups.length + damaged.length === 0) return theme.fields([['catalogue', store]]);
    return [
      theme.fields([['catalogue', store]]),
      theme.table(
        ['backup', 'age', 'size', 'trend', 'state', 'proven', 'source', 'notes'],
        [
          ...backups.map((backup) => rowOf(backup, theme)),
          ...damaged.map(({ id, reason }) => [id, null, null, null, 'damaged', null, null, reason]),
        ],
      ),
      theme.table(
        ['group', 'backups', 'good', 'size', 'newest good', 'age'],
        groups.map((group) => [
          group.group,
          group.backups,
          group.good,
          theme.bytes(group.sizeBytes),
          group.newestGood,
          theme.duration(group.newestGoodAgeMs),
        ]),
      ),
    ].join('\n');
  },
  spansEnvironments: true,
  examples: [
    'viktoria-ops backup list',
    'viktoria-ops backup list --kind database',
    'viktoria-ops backup list --remote --json',
  ],
  sample: {
    store: '/var/lib/viktoria-ops/backups',
    subject: 'database',
    newest: sampleBackup(),
    backups: [sampleBackup()],
    damaged: [{ id: 'config-20261101T030000Z-77aa01c2', reason: 'its manifest is damaged, or of a later version' }],
    groups: [
      {
        group: 'database 7300011122233344455/viktoria_wertheim',
        kind: 'database',
        backups: 1,
        good: 1,
        sizeBytes: 182_400_000,
        newestGood: 'database-20261123T030000Z-5f2a9c31',
        newestGoodAgeMs: 18_180_000,
      },
    ],
    totals: { backups: 1, good: 1, damaged: 1, sizeBytes: 182_400_000 },
  },
});

function rowOf(backup: ListedBackup, theme: Theme) {
  const { id, ageMs, sizeBytes, sizeTrend, state, level, levelAgeMs, source } = backup;
  return [
    id,
    ageMs < 0 ? 'in the future' : theme.duration(ageMs),
    theme.bytes(sizeBytes),
    trendText(sizeTrend),
    state,
    level === null ? null : `level ${level}, ${theme.duration(Math.max(0, levelAgeMs ?? 0))} ago`,
    source,
    notesOn(backup).join(', '),
  ];
}

function trendText(trend: number | null): string | null {
  if (trend === null) return null;
  const percent = Math.round(trend * 100) / 100;
  return `${percent > 0 ? '+' : ''}${formatPercent(percent)}`;
}

function notesOn({ name, pinned, encrypted, copies, failure }: ListedBackup): string[] {
  return [
    ...(name === null ? [] : [name]),
    ...(pinned === null ? [] : [pinned.reason === undefined ? 'pinned' : `pinned: ${pinned.reason}`]),
    ...(encrypted ? ['encrypted'] : []),
    ...copies.map((copy) => `also in ${copy}`),
    ...(failure === null ? [] : [failure]),
  ];
}

function sampleBackup(): ListedBackup {
  return {
    id: 'database-20261123T030000Z-5f2a9c31',
    kind: 'database',
    source: 'postgresql://strapi@localhost:5432/viktoria_wertheim',
    group: 'database 7300011122233344455/viktoria_wertheim',
    name: null,
    createdAt: '2026-11-23T03:00:00.000Z',
    ageMs: 18_180_000,
    sizeBytes: 182_400_000,
    sizeTrend: 0.04,
    state: 'good',
    failure: null,
    level: 3,
    levelAgeMs: 17_880_000,
    encrypted: true,
    pinned: { at: '2026-11-23T08:00:00.000Z', reason: 'before the upgrade' },
    copies: ['s3://backups/viktoria'],
  };
}
