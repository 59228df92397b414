/** Tables that are mostly air: VACUUM makes it free for new rows, and gives none of it back. Pure. */
import { formatBytes, formatPercent } from '../../measures.js';
import type { Finding } from '../../status.js';
import { isWorthRewriting } from '../bloat/index.js';
import type { DatabaseStats } from '../stats.js';

/** For information only: what mends it locks everybody out, unless the server can repack online. */
export function judgeTables(
  tables: DatabaseStats['tables'],
  limits: { readonly share: number; readonly size: number },
): readonly Finding[] {
  return tables.flatMap(({ table, bloat, sizeBytes }) =>
    bloat !== null && isWorthRewriting(bloat, limits)
      ? [
          {
            code: 'VOPS-DB-TABLE-BLOATED',
            severity: 'info',
            message: `${table}: ${formatPercent(Math.round(bloat.share * 100) / 100)} of it, ${formatBytes(bloat.bytes)} of ${formatBytes(sizeBytes)}, is air (${bloat.method})`,
            hint: `new rows will fill it; to give it back: pg_repack, or viktoria-ops db vacuum --full --table '${table}', which locks everybody out`,
          },
        ]
      : [],
  );
}
