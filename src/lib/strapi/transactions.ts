/** How the transaction ends in which a hook ran. */
import type { WatchTransaction } from '../monitor/index.js';
import type { DatabaseLike } from './shapes.js';

/**
 * Within a transaction Strapi's `transaction()` opens none: it joins the one under way, calls back at once, and neither
 * commits nor rolls back. So its callbacks are reached without a statement being sent.
 */
export function transactionsOf(database: DatabaseLike): WatchTransaction {
  return (settle) => {
    if (!database.inTransaction?.()) return;
    database
      .transaction?.(({ onCommit, onRollback }) => {
        onCommit?.(() => settle('committed'));
        onRollback?.(() => settle('rolledBack'));
      })
      .catch(() => undefined);
  };
}
