import * as z from 'zod';
import { defineCommand } from '../../lib/command.js';
import { DatabaseHealth, inspectDatabase } from '../../lib/db/health.js';
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
  connections: { used: 12, active: 1, idle: 11, hidden: 0, available: 97 },
  transactions: { open: [], hidden: 0, role: 'strapi' },
  blocking: [],
  wraparound: [
    {
      database: 'viktoria_wertheim',
      xidAge: 48_000_000,
      multixactAge: 0,
      xidFreezeMaxAge: 200_000_000,
      multixactFreezeMaxAge: 400_000_000,
      xidFailsafeAge: 1_600_000_000,
      multixactFailsafeAge: 1_600_000_000,
    },
  ],
  activity: {
    cacheHitRatio: 0.9931,
    deadlocks: 0,
    commits: 1_204_331,
    rollbacks: 12,
    temporaryFileBytes: 0,
    since: '2026-11-01T03:00:00.000Z',
  },
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
  examples: ['viktoria-ops db health', 'viktoria-ops db health --json'],
  sample,
});

function view(health: DatabaseHealth, theme: Theme): string {
  const oldest = health.wraparound?.[0];
  const facts = theme.fields([
    ['database', health.server?.database],
    ['size', theme.bytes(health.server?.sizeBytes)],
    ['up since', theme.time(health.server?.startedAt)],
    ['replicas', health.server?.replicas],
    ['connections', health.connections && `${health.connections.active} active, ${health.connections.idle} idle`],
    ['cache hit ratio', theme.percent(health.activity?.cacheHitRatio)],
    ['deadlocks', theme.count(health.activity?.deadlocks)],
    ['oldest xid', oldest && `${theme.count(oldest.xidAge)} (${oldest.database})`],
  ]);
  return [facts, transactionTable(health, theme), blockingTable(health, theme)].filter(Boolean).join('\n\n');
}

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
