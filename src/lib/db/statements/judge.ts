/** What an operator should know about the statements. */
import type { DatabaseThresholds } from '../../config/database-thresholds.js';
import { formatBytes, formatDuration } from '../../measures.js';
import { quoteName } from '../../pg/identifier.js';
import type { Finding } from '../../status.js';
import type { SlowQueries } from '../slow-queries.js';
import type { Snapshot } from './difference.js';

interface Circumstances {
  readonly base: Snapshot | undefined;
  readonly now: Snapshot;
  /** Entries of which our role may not see the query. */
  readonly hidden: number;
  readonly role: string;
  readonly room: number | null;
  readonly thresholds: DatabaseThresholds;
}

/** Pure: the ranking as findings. */
export function judgeStatements(
  { statements }: SlowQueries,
  { base, now, hidden, role, room, thresholds }: Circumstances,
): readonly Finding[] {
  const { averageTime, calls } = thresholds.slowQuery;
  const findings = statements
    .filter(({ meanMs, calls: times, query }) => meanMs > averageTime && times >= calls && !MAINTENANCE.test(query))
    .map(
      ({ query, meanMs, calls: times, temporaryBytes }): Finding => ({
        code: 'VOPS-DB-SLOW-QUERY',
        severity: 'warning',
        message: `${times} times ${formatDuration(meanMs)} on average: ${shorten(query)}`,
        hint:
          temporaryBytes > 0
            ? `it spills ${formatBytes(temporaryBytes)} to disk: raise work_mem for it; EXPLAIN (ANALYZE, BUFFERS) shows where`
            : 'EXPLAIN (ANALYZE, BUFFERS) shows where the time goes; viktoria-ops db indexes shows missing indexes',
      }),
    );
  return [...findings, ...judgeRoom(base, now, room), ...judgeHidden(hidden, role)];
}

/**
 * What maintains the database, by ours or by others, and what copies it: it takes the time it takes, and EXPLAIN
 * takes none of it. In the ranking it stays.
 */
const MAINTENANCE = /^(?:vacuum|analy[sz]e|reindex|cluster|repack|checkpoint|copy|create|alter|drop)\b/i;

const SHORT = 100;
const shorten = (query: string) => (query.length > SHORT ? `${query.slice(0, SHORT)}…` : query);

/** What is evicted between two runs is in neither. */
function judgeRoom(base: Snapshot | undefined, now: Snapshot, room: number | null): readonly Finding[] {
  const evicted = base?.evictions == null || now.evictions === null ? 0 : now.evictions - base.evictions;
  if (evicted <= 0) return [];
  return [
    {
      code: 'VOPS-DB-STATEMENTS-EVICTED',
      severity: 'info',
      message: `statements were evicted ${evicted} times for want of room${room === null ? '' : ` (${room} entries)`}: rare ones are missing here`,
      hint: 'raise pg_stat_statements.max, which takes a restart',
    },
  ];
}

const judgeHidden = (hidden: number, role: string): readonly Finding[] =>
  hidden === 0
    ? []
    : [
        {
          code: 'VOPS-DB-STATEMENTS-HIDDEN',
          severity: 'unknown',
          message: `role ${role} may not see which statements ${hidden} entries of other roles are`,
          hint: `as a superuser: GRANT pg_read_all_stats TO ${quoteName(role)}`,
        },
      ];
