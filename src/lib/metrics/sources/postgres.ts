/** PostgreSQL, asked over a connection of our own. */
import type { ErrorCode } from '../../errors.js';
import { connectionUsage } from '../../pg/queries/connection-usage.js';
import type { Source } from './source.js';

export const postgres: Source = {
  name: 'postgres',
  read: ({ context }) =>
    context.pg(async (database) => {
      const [row] = await database.query(connectionUsage);
      const usage = row && row.available > 0 ? row.used / row.available : null;
      return { values: { 'database.reachable': true, 'database.connectionUsage': usage } };
    }),
  whenFailed: ({ code }) => ({ 'database.reachable': VERDICTS[code] ?? null }),
};

/** A refused password tells nothing of the database; a query that failed was answered. */
const VERDICTS: Partial<Record<ErrorCode, boolean>> = {
  'VOPS-DB-UNREACHABLE': false,
  'VOPS-DB-TIMEOUT': false,
  'VOPS-STEP-TIMEOUT': false,
  'VOPS-DB-QUERY': true,
};
