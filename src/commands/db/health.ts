import * as z from 'zod';
import { defineCommand } from '../../lib/command.js';
import { DatabaseHealth, inspectDatabase } from '../../lib/db/health.js';
import { countOf } from '../../lib/measures.js';
import type { Theme } from '../../lib/terminal/theme.js';

const sample: DatabaseHealth = {
  isHealthy: true,
  server: {
    version: '15.18',
    startedAt: '2026-11-01T03:00:00.000Z',
    uptimeSeconds: 1_900_800,
    role: 'primary',
    replicas: 0,
    database: 'viktoria_wertheim',
    sizeBytes: 734_003_200,
  },
  connections: {
    used: 12,
    active: 1,
    idle: 11,
    hidden: 0,
    available: 97,
    groups: [
      { user: 'strapi', application: '', client: '10.0.0.4', total: 10, active: 1, idleInTransaction: 0 },
      { user: 'viktoria_ops', application: 'psql', client: 'socket', total: 2, active: 0, idleInTransaction: 0 },
    ],
  },
  transactions: { open: [], hidden: 0, role: 'strapi' },
  blocking: [],
  replication: { isStandby: false, standbys: [], slots: [], replayDelaySeconds: null, isStreaming: null },
  wraparound: {
    databases: [
      {
        database: 'viktoria_wertheim',
        isOwn: true,
        xidAge: 48_000_000,
        multixactAge: 0,
        xidFreezeMaxAge: 200_000_000,
        multixactFreezeMaxAge: 400_000_000,
        xidFailsafeAge: 1_600_000_000,
        multixactFailsafeAge: 1_600_000_000,
      },
    ],
    tables: [{ table: 'public.matches', xidAge: 48_000_000, multixactAge: 0, sizeBytes: 88_000_000 }],
    holders: [],
  },
  sequences: {
    fullest: [
      {
        sequence: 'public.matches_id_seq',
        column: 'matches.id',
        lastValue: 41_200,
        limit: 2_147_483_647,
        usage: 0.0000192,
      },
    ],
    total: 31,
    hidden: 0,
    role: 'strapi',
  },
  checksums: { isEnabled: true, failures: [] },
  collations: [],
  invalidIndexes: [],
  autovacuum: { isEnabled: true, countsAreKept: true, workers: 0, maxWorkers: 3, running: [], backlog: [] },
  activity: {
    cacheHitRatio: 0.9931,
    deadlocks: 0,
    commits: 1_204_331,
    rollbacks: 12,
    temporaryFileBytes: 0,
    since: '2026-11-01T03:00:00.000Z',
  },
  archiver: { mode: 'off', archived: 0, failed: 0, lastArchived: null, lastFailed: null, lastFailedFile: null },
  backups: { newest: '2026-11-01T03:10:00.000Z' },
};

export default defineCommand({
  flags: z.object({}),
  result: DatabaseHealth,
  run: inspectDatabase,
  summary: ({ isHealthy, server, connections }) =>
    [
      isHealthy ? 'Database OK' : 'Database needs attention',
      server ? `PostgreSQL ${server.version} (${server.role})` : 'server not readable',
      connections ? `${connections.used} of ${connections.available} connections` : 'connections not readable',
    ].join(', '),
  view,
  spansEnvironments: true,
  examples: ['viktoria-ops db health', 'viktoria-ops db health --json'],
  sample,
});

function view(health: DatabaseHealth, theme: Theme): string {
  const oldest = health.wraparound?.databases[0];
  const { connections, activity, sequences, autovacuum } = health;
  const fullest = sequences?.fullest[0];
  const facts = theme.fields([
    ['database', health.server?.database],
    ['size', theme.bytes(health.server?.sizeBytes)],
    ['up since', theme.time(health.server?.startedAt)],
    ['replication', replicationText(health, theme)],
    ['connections', connections && `${connections.active} active, ${connections.idle} idle`],
    ['cache hit ratio', theme.percent(activity?.cacheHitRatio)],
    ['deadlocks', theme.count(activity?.deadlocks)],
    ['temporary files', theme.bytes(activity?.temporaryFileBytes)],
    ['oldest xid', oldest && `${theme.count(oldest.xidAge)} (${oldest.database})`],
    [
      'autovacuum',
      autovacuum &&
        `${autovacuum.workers} of ${autovacuum.maxWorkers} at work, ${countOf(autovacuum.backlog.length, 'table')} overdue`,
    ],
    ['fullest sequence', fullest && `${theme.percent(fullest.usage)} (${fullest.sequence})`],
    ['archive', health.archiver?.mode],
    ['newest backup', health.backups?.newest ? theme.time(health.backups.newest) : 'none in the catalogue'],
  ]);
  const tables = [poolTable, transactionTable, blockingTable, holderTable];
  return [facts, ...tables.map((table) => table(health, theme))].filter(Boolean).join('\n\n');
}

function replicationText({ replication }: DatabaseHealth, theme: Theme): string | undefined {
  if (!replication) return undefined;
  if (replication.isStandby) {
    const { replayDelaySeconds: delay } = replication;
    return `a standby, ${delay === null ? 'how far behind is not known' : `${theme.duration(delay * 1_000)} behind`}`;
  }
  return `${countOf(replication.standbys.length, 'standby')}, ${countOf(replication.slots.length, 'slot')}`;
}

function poolTable({ connections }: DatabaseHealth, theme: Theme): string {
  if (!connections || connections.groups.length === 0) return '';
  const rows = connections.groups.map((group) => [
    group.user,
    group.application,
    group.client,
    group.total,
    group.active,
    group.idleInTransaction,
  ]);
  return theme.table(['connections of', 'application', 'from', 'all', 'active', 'idle in transaction'], rows);
}

/** Only when it matters: every busy server has transactions of a moment. */
function holderTable({ wraparound }: DatabaseHealth, theme: Theme): string {
  const old = wraparound?.holders.filter(({ xidAge }) => xidAge > HOLDER_SHOWN_FROM) ?? [];
  if (old.length === 0) return '';
  return theme.table(
    ['holds back vacuum', 'since transactions', 'released by'],
    old.map(({ who, xidAge, release }) => [who, theme.count(xidAge), release]),
  );
}

const HOLDER_SHOWN_FROM = 100_000;

function transactionTable({ transactions }: DatabaseHealth, theme: Theme): string {
  if (!transactions || transactions.open.length === 0) return '';
  const rows = transactions.open.map((session) => [
    session.pid,
    session.application,
    session.state,
    theme.duration(session.transactionSeconds * 1_000),
    session.query,
  ]);
  return theme.table(['open transaction', 'application', 'state', 'age', 'query'], rows);
}

function blockingTable({ blocking }: DatabaseHealth, theme: Theme): string {
  if (!blocking || blocking.length === 0) return '';
  const rows = blocking.map((session) => [
    session.pid,
    session.blockedBy.join(', '),
    session.waitSeconds === null ? null : theme.duration(session.waitSeconds * 1_000),
    session.query,
  ]);
  return theme.table(['session', 'waits for', 'since', 'query'], rows);
}
