/**
 * How large a btree index would be were it built now: from the planner's statistics, without reading the index.
 *
 * Estimators that ignore deduplication (13+) see −400 % on healthy indexes of few values; this one follows the server's
 * own layout. Sources: nbtree/README, nbtsort.c and nbtdedup.c of PostgreSQL.
 */
import { type Btree, groupsOf, type KeyAssumption } from './keys.js';
import { maxAlign, rowBytes } from './tuple.js';

const PAGE_HEADER = 24;
const SPECIAL_SPACE = 16;
const ITEM_POINTER = 4;
const TUPLE_HEADER = { header: 8, headerWithNulls: 16 };
const ROW_ID = 6;
/** Pages above the leaves are filled to this share when built. */
const INNER_FILL = 0.7;
/** A posting list grows to a tenth of a page when an index is built. */
const POSTING_LIST_SHARE = 0.1;

/** Bytes of the index freshly built. */
export function freshBtreeBytes(index: Btree, assumption: KeyAssumption = 'diverse'): number {
  const { blockBytes, tuples } = index;
  if (tuples <= 0) return blockBytes;
  const itemBytes = rowBytes(index.columns, TUPLE_HEADER) + ITEM_POINTER;
  const { bytes, largestItem } = leafItems(index, itemBytes, assumption);
  const page = blockBytes - PAGE_HEADER - SPECIAL_SPACE;
  // A page takes items until it is over its fill factor; one item more is its upper bound.
  const wanted = page - (blockBytes * (100 - index.fillFactor)) / 100;
  const items = Math.min(Math.ceil(wanted / largestItem), Math.floor((page - itemBytes) / largestItem));
  let level = Math.ceil(bytes / (Math.max(1, items) * largestItem));
  let pages = 1 + level;
  const fanOut = Math.max(2, (page * INNER_FILL) / itemBytes);
  while (level > 1) {
    level = Math.ceil(level / fanOut);
    pages += level;
  }
  return pages * blockBytes;
}

interface LeafItems {
  readonly bytes: number;
  readonly largestItem: number;
}

function leafItems(index: Btree, itemBytes: number, assumption: KeyAssumption): LeafItems {
  if (!index.deduplicates || index.isUnique) return { bytes: index.tuples * itemBytes, largestItem: itemBytes };
  let bytes = 0;
  let largestItem = 0;
  for (const { values, rows, columns } of groupsOf(index, assumption)) {
    const key = rowBytes(columns, TUPLE_HEADER);
    const postingBytes = index.blockBytes * POSTING_LIST_SHARE - ITEM_POINTER;
    const capacity = Math.max(2, Math.floor((postingBytes - key) / ROW_ID));
    const together = Math.min(rows, capacity);
    bytes += values * groupBytes(rows, key, capacity);
    largestItem = Math.max(largestItem, ITEM_POINTER + key + (together < 2 ? 0 : together * ROW_ID));
  }
  return { bytes, largestItem };
}

/** Bytes of the items of one key; between whole numbers of rows, in proportion. */
function groupBytes(rows: number, key: number, capacity: number): number {
  const whole = Math.floor(rows);
  const at = (count: number) => {
    const full = Math.floor(count / capacity);
    const rest = count % capacity;
    const restBytes = rest === 0 ? 0 : ITEM_POINTER + (rest === 1 ? key : maxAlign(key + rest * ROW_ID));
    return full * (maxAlign(key + capacity * ROW_ID) + ITEM_POINTER) + restBytes;
  };
  return at(whole) + (rows - whole) * (at(whole + 1) - at(whole));
}
