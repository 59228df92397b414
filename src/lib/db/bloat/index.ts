/** How much of an index or a table is air: what is known about it, and how it is known. */
import * as z from 'zod';
import type { IndexColumnRow } from '../../pg/queries/index-columns.js';
import type { IndexRow } from '../../pg/queries/index-inventory.js';
import type { TableColumnRow } from '../../pg/queries/table-columns.js';
import type { TableRow } from '../../pg/queries/table-inventory.js';
import { type Baselines, bytesAtBest } from './baselines.js';
import { freshBtreeBytes } from './btree.js';
import { freshHeapBytes, freshToastBytes } from './heap.js';
import type { BtreeColumn, KeyAssumption } from './keys.js';
import { excludesNulls } from './predicate.js';

export const Bloat = z.object({
  /**
   * `measured`: read in full by pgstattuple. `baseline`: against its own size after a rebuild, or the best ever seen.
   * `estimated`: from the planner's statistics.
   */
  method: z.enum(['measured', 'baseline', 'estimated']),
  /** Bytes a rebuild would give back. */
  bytes: z.number(),
  /** Their share of the size, 0..1. */
  share: z.number(),
});
export type Bloat = z.infer<typeof Bloat>;

/** The bloat of something of this size that would take `freshBytes` if it were written anew. */
export function bloatOf(method: Bloat['method'], sizeBytes: number, freshBytes: number): Bloat {
  const bytes = Math.max(0, Math.round(sizeBytes - freshBytes));
  return { method, bytes, share: sizeBytes > 0 ? bytes / sizeBytes : 0 };
}

/**
 * The bloat of an index without reading it, or null when nothing says how large it should be: no statistics, or a kind
 * of index of which only its own past tells. What has a few pages counts as full.
 */
export function indexBloat(
  index: IndexRow,
  known: { readonly columns: readonly IndexColumnRow[]; readonly baselines: Baselines; readonly blockBytes: number },
  assumption: KeyAssumption = 'diverse',
): Bloat | null {
  if (index.sizeBytes <= SMALL_PAGES * known.blockBytes) return bloatOf('estimated', index.sizeBytes, index.sizeBytes);
  const best = bytesAtBest(index, known.baselines);
  if (best?.isRebuilt) return bloatOf('baseline', index.sizeBytes, best.bytes);
  const columns = index.accessMethod === 'btree' ? describeColumns(index, known.columns) : undefined;
  // Without an ANALYZE no rows means that nobody has counted them.
  const isCounted = index.tuples > 0 || index.analyzeCount > 0;
  if (columns !== undefined && columns.length > 0 && isCounted) {
    const sampledTuples = Math.max(...known.columns.map(({ sampledRows }) => sampledRows));
    const fresh = freshBtreeBytes({ ...index, columns, sampledTuples, blockBytes: known.blockBytes }, assumption);
    // It has been leaner: so it can be, whatever the estimate says.
    if (best === undefined || fresh <= best.bytes) return bloatOf('estimated', index.sizeBytes, fresh);
  }
  return best ? bloatOf('baseline', index.sizeBytes, best.bytes) : null;
}

const SMALL_PAGES = 4;

/** Undefined when the width of a column is not known. Nothing known of its values: all of them differ. */
function describeColumns(
  { predicate }: IndexRow,
  columns: readonly IndexColumnRow[],
): readonly BtreeColumn[] | undefined {
  if (columns.some(({ length, averageWidth }) => length < 0 && averageWidth === null)) return undefined;
  return columns.map(({ length, alignment, name, ...known }) => {
    const nullFraction = known.nullFraction ?? 0;
    const isNeverNull = nullFraction < 1 && excludesNulls(predicate, name);
    // Shares are of all rows; those without a value are not in this index.
    const share = isNeverNull ? 1 - nullFraction : 1;
    return {
      length,
      alignment,
      averageWidth: known.averageWidth ?? length,
      nullFraction: isNeverNull ? 0 : nullFraction,
      distinct: known.distinct ?? -1,
      mostDistinct: known.mostDistinct ?? undefined,
      commonFractions: (known.commonFractions ?? []).map((fraction) => fraction / share),
    };
  });
}

/**
 * The bloat of a table and its TOAST table without reading them, or null without statistics. A TOAST table of which
 * nobody has counted the rows passes for full.
 */
export function tableBloat(
  table: TableRow,
  known: { readonly columns: readonly TableColumnRow[]; readonly blockBytes: number },
): Bloat | null {
  const isKnown = known.columns.every(({ length, averageWidth }) => length > 0 || averageWidth !== null);
  if (table.kind === 'p' || table.tuples <= 0 || known.columns.length === 0 || !isKnown) return null;
  const columns = known.columns.map((column) => ({
    ...column,
    averageWidth: column.averageWidth ?? column.length,
    nullFraction: column.nullFraction ?? 0,
  }));
  const freshHeap = Math.min(table.heapBytes, freshHeapBytes({ ...table, ...known, columns }));
  const { toastBytes, toastTuples } = table;
  const freshToast = toastTuples === null ? toastBytes : freshToastBytes(toastTuples, known.blockBytes);
  return bloatOf('estimated', table.sizeBytes, freshHeap + Math.min(toastBytes, freshToast));
}

/** Whether a rewrite is worth its cost: a btree under random inserts settles at a fifth of air by itself. */
export const isWorthRewriting = (
  bloat: Bloat | null,
  limits: { readonly share: number; readonly size: number },
): boolean => bloat !== null && bloat.share >= limits.share && bloat.bytes >= limits.size;
