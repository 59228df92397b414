/** How often the keys of an index repeat, as far as the planner's statistics tell. */
import type { ColumnWidth } from './tuple.js';

export interface BtreeColumn extends ColumnWidth {
  /** Distinct values, as ANALYZE reckons; below 0: their share of the rows, negated. */
  readonly distinct: number;
  /** More than these it cannot have: a foreign key has no more than the table referenced has rows. */
  readonly mostDistinct?: number;
  /** Shares of the rows that the most common values have. */
  readonly commonFractions: readonly number[];
}

/**
 * What to make of that few statistics tell how often keys repeat: `diverse` takes them for as different as can be, so
 * that a healthy index is not called bloated; `repetitive` for as alike as can be, so that no bloat escapes.
 */
export type KeyAssumption = 'diverse' | 'repetitive';

export interface Btree {
  readonly tuples: number;
  /** Of the table, of which a partial index has a part. */
  readonly tableTuples: number;
  /** Rows that ANALYZE looked at. */
  readonly sampledTuples: number;
  readonly columns: readonly BtreeColumn[];
  readonly keyColumns: number;
  readonly isUnique: boolean;
  readonly deduplicates: boolean;
  /** Percent. */
  readonly fillFactor: number;
  readonly blockBytes: number;
}

/** So many values with so many rows each. */
interface Group {
  readonly values: number;
  readonly rows: number;
  /** What such a key is made of. */
  readonly columns: readonly ColumnWidth[];
}

/** Rows of equal keys. Of several columns only bounds of the distinct keys are known. */
export function groupsOf(index: Btree, assumption: KeyAssumption): readonly Group[] {
  const keys = index.columns.slice(0, index.keyColumns);
  const [only] = keys;
  return keys.length > 1 || only === undefined
    ? [groupOfSeveral(index, keys, assumption)]
    : groupsOfOne(index, only, assumption);
}

/** Between as many keys as the most diverse column has and every combination that there could be. */
function groupOfSeveral(index: Btree, keys: readonly BtreeColumn[], assumption: KeyAssumption): Group {
  const counts = keys.map((column) => {
    const singles = assumption === 'diverse' ? unseenSingles(index, column) : 0;
    return Math.max(1, singles, distinctOf(index, column));
  });
  const bound =
    assumption === 'diverse' ? counts.reduce((product, count) => product * count, 1) : Math.max(1, ...counts);
  const values = Math.max(1, Math.min(index.tuples, bound));
  return { values, rows: index.tuples / values, columns: keys };
}

/** The nulls, the most common values, and all the others. */
function groupsOfOne(index: Btree, column: BtreeColumn, assumption: KeyAssumption): readonly Group[] {
  const { tuples } = index;
  const columns = [{ ...column, nullFraction: 0 }];
  const nullRows = column.nullFraction * tuples;
  const nulls = { values: 1, rows: nullRows, columns: [{ ...column, nullFraction: 1 }] };
  const common = column.commonFractions.map((share) => ({ values: 1, rows: share * tuples, columns }));
  const restRows = tuples - nullRows - common.reduce((sum, { rows }) => sum + rows, 0);
  const known = nullRows < 1 ? common : [...common, nulls];
  if (restRows < 1) return known;
  const values = Math.min(restRows, Math.max(1, distinctOf(index, column) - common.length));
  const singles = assumption === 'diverse' ? Math.min(restRows, unseenSingles(index, column)) : 0;
  if (singles <= values) return [...known, { values, rows: restRows / values, columns }];
  const others = Math.max(1, Math.min(values, restRows - singles));
  const rows = (restRows - singles) / others;
  return [...known, { values: singles, rows: 1, columns }, { values: others, rows, columns }];
}

/** A share is one of the whole table's rows. */
const distinctOf = ({ tableTuples }: Btree, { distinct }: BtreeColumn): number =>
  distinct < 0 ? -distinct * tableTuples : distinct;

/**
 * Most rows whose value may occur once: from what ANALYZE samples, half a table of unique values and half of a thousand
 * looks like one of thirty thousand values.
 *
 * ANALYZE reckons D = n·d / (n − f + f·n/N) distinct values (Haas and Stokes) from n rows sampled of N, with d values
 * among them, f of these once. Of d and f only D is kept; f is largest where every value was seen once, f = d. Each
 * stands for N/n rows (Charikar, Chaudhuri, Motwani and Narasayya: the upper end of what a sample allows).
 */
function unseenSingles(index: Btree, column: BtreeColumn): number {
  const { tableTuples, sampledTuples } = index;
  const distinct = distinctOf(index, column);
  if (sampledTuples >= tableTuples || sampledTuples <= 0 || distinct <= 0) return 0;
  const sampledShare = sampledTuples / tableTuples;
  const once = sampledTuples / (1 - sampledShare + sampledTuples / distinct);
  const rest = 1 - column.nullFraction - column.commonFractions.reduce((sum, share) => sum + share, 0);
  return Math.min(Math.min(once, rest * sampledTuples) / sampledShare, column.mostDistinct ?? Number.POSITIVE_INFINITY);
}
