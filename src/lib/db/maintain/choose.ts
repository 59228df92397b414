/** Which tables need VACUUM or ANALYZE, by the thresholds that hold for each of them. Pure. */
import { countOf } from '../../measures.js';
import type { TableRow } from '../../pg/queries/table-inventory.js';

/** Why a table is to be vacuumed; `freeze` when its old rows are to be frozen as well. */
export interface VacuumNeed {
  readonly reason: string;
  readonly freeze: boolean;
}

/**
 * Share of freeze_max_age from which rows are frozen: that of vacuum_freeze_table_age by default (150 of 200 million),
 * where VACUUM would read the whole table anyway.
 */
const FREEZE_AT = 0.75;

/** What autovacuum will do soon is done now; `at` is the share of its thresholds from which. Undefined: no need. */
export function vacuumNeed(table: TableRow, at: number): VacuumNeed | undefined {
  if (table.kind === 'p') return undefined;
  if (table.xidAge > FREEZE_AT * table.freezeMaxAge) {
    return { reason: `its oldest transaction id is ${table.xidAge} old`, freeze: true };
  }
  if (table.multixactAge > FREEZE_AT * table.multixactFreezeMaxAge) {
    return { reason: `its oldest multixact id is ${table.multixactAge} old`, freeze: true };
  }
  if (table.deadTuples > at * table.vacuumThreshold) {
    return { reason: countOf(table.deadTuples, 'dead row'), freeze: false };
  }
  if (table.insertThreshold >= 0 && table.insertedTuples > at * table.insertThreshold) {
    return { reason: `${countOf(table.insertedTuples, 'row')} inserted since the last VACUUM`, freeze: false };
  }
  return undefined;
}

/** A partitioned table has statistics of its own, which autovacuum never makes. */
const PARTITIONED_MS = 7 * 86_400_000;

/** Why a table is to be analyzed; undefined when it need not be. */
export function analyzeNeed(table: TableRow, { at, now }: { readonly at: number; readonly now: string }) {
  if (table.kind === 'p') {
    if (!table.isCounted) return undefined; // it would be done again on every run
    if (table.lastAnalyze === null) return 'a partitioned table, never analyzed as a whole';
    const isOld = Date.parse(now) - Date.parse(table.lastAnalyze) > PARTITIONED_MS;
    return isOld ? 'a partitioned table, which autovacuum does not analyze' : undefined;
  }
  if (table.changedTuples > at * table.analyzeThreshold) {
    return `${countOf(table.changedTuples, 'row')} changed since the last ANALYZE`;
  }
  const hasRows = table.liveTuples > 0 || table.heapBytes > 0;
  return table.lastAnalyze === null && hasRows && table.tuples <= 0 ? 'never analyzed' : undefined;
}
