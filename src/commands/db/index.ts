/** `db …`: one line a command. */
import type { CommandEntry } from '../../lib/command.js';

export const db: readonly CommandEntry[] = [
  {
    path: 'db health',
    summary: 'connections, locks, wraparound and state of PostgreSQL',
    load: () => import('./health.js'),
  },
  { path: 'db stats', summary: 'figures of the database and its tables', load: () => import('./stats.js') },
  { path: 'db locks', summary: 'who waits for whom', load: () => import('./locks.js') },
  { path: 'db slow-queries', summary: 'which statements the time goes into', load: () => import('./slow-queries.js') },
  {
    path: 'db indexes',
    summary: 'missing, unused, redundant, bloated and invalid indexes',
    load: () => import('./indexes.js'),
  },
  { path: 'db vacuum', summary: 'vacuum the tables that need it, gently', load: () => import('./vacuum.js') },
  { path: 'db analyze', summary: 'bring the statistics of tables up to date', load: () => import('./analyze.js') },
  {
    path: 'db reindex',
    summary: 'rebuild bloated indexes online, drop what interrupted rebuilds left',
    load: () => import('./reindex.js'),
  },
  {
    path: 'db optimize',
    summary: 'everything worth doing to the database, ranked; --apply does what is safe',
    load: () => import('./optimize.js'),
  },
  { path: 'db backup', summary: 'dump the database, and prove the dump', load: () => import('./backup.js') },
  {
    path: 'db restore',
    summary: 'restore a backup into a database beside, or in place of, the one in use',
    load: () => import('./restore.js'),
  },
  { path: 'db grants', summary: 'the least rights for each purpose, as SQL', load: () => import('./grants.js') },
];
