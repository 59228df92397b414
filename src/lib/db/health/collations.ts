import * as z from 'zod';
import type { Database } from '../../pg/index.js';
import {
  type CollationDrift,
  collationDrift,
  databaseCollationDrift,
  RECORDS_DATABASE_COLLATION,
} from '../../pg/queries/collation-drift.js';
import type { Finding } from '../../status.js';
import { defineSection } from './section.js';

const Collations = z.array(
  z.object({
    what: z.string(),
    recorded: z.string(),
    actual: z.string(),
    indexes: z.array(z.string()),
    refresh: z.string(),
  }),
);

/** Indexes built under another sort order: they may miss rows that are there. */
export const collations = defineSection({
  data: Collations,
  read: async (database: Database) => {
    const own = database.version >= RECORDS_DATABASE_COLLATION ? await database.query(databaseCollationDrift) : [];
    return [...own, ...(await database.query(collationDrift))];
  },
  judge: (drifts) => drifts.map(judgeDrift),
});

/** Named one by one up to here. */
const NAMED = 5;

/** Refreshing the version first would only hide it. */
function judgeDrift({ what, recorded, actual, indexes, refresh }: CollationDrift): Finding {
  const named = indexes.slice(0, NAMED).join(', ') + (indexes.length > NAMED ? ', …' : '');
  return {
    code: 'VOPS-DB-COLLATION',
    severity: indexes.length > 0 ? 'warning' : 'info',
    message: `${what}: the sort order was version ${recorded} and is ${actual} now; ${indexes.length} indexes may miss rows${named && `: ${named}`}`,
    hint: indexes.length > 0 ? `first REINDEX INDEX CONCURRENTLY each of them, then ${refresh}` : refresh,
  };
}
