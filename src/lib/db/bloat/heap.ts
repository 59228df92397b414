/** How large a table would be were it written anew: from the planner's statistics, without reading the table. */
import { type ColumnWidth, rowBytes } from './tuple.js';

export interface Heap {
  /** Live rows. */
  readonly tuples: number;
  readonly columns: readonly ColumnWidth[];
  /** Percent. */
  readonly fillFactor: number;
  readonly blockBytes: number;
}

const PAGE_HEADER = 24;
const ITEM_POINTER = 4;
const TUPLE_HEADER = 24;

/** Bytes of the table freshly written, without its TOAST table. Source: the PostgreSQL documentation, "Database Page Layout". */
export function freshHeapBytes({ tuples, columns, fillFactor, blockBytes }: Heap): number {
  if (tuples <= 0) return 0;
  // The bitmap of the nulls begins in the byte left over after the 23 of the header.
  const bitmapBytes = Math.ceil(columns.length / 8);
  const headerWithNulls = Math.ceil((TUPLE_HEADER - 1 + bitmapBytes) / 8) * 8;
  const itemBytes = rowBytes(columns, { header: TUPLE_HEADER, headerWithNulls }) + ITEM_POINTER;
  const room = (blockBytes * fillFactor) / 100 - PAGE_HEADER;
  const perPage = Math.max(1, Math.floor(room / itemBytes));
  return Math.ceil(tuples / perPage) * blockBytes;
}

/** Pieces of a value that fit on a page of a TOAST table: the server cuts them to that. Source: heaptoast.h. */
const TOAST_TUPLES_PER_PAGE = 4;

/** Bytes of a TOAST table freshly written, at most: the last piece of each value may be smaller. */
export const freshToastBytes = (tuples: number, blockBytes: number): number =>
  Math.ceil(tuples / TOAST_TUPLES_PER_PAGE) * blockBytes;
