/** Indexes that no query uses, since a build of theirs did not end. */
import type { IndexRow } from '../../pg/queries/index-inventory.js';
import { dropIndex, indexName, namesOf, rebuildIndex } from './names.js';
import type { InvalidIndex } from './report.js';

/**
 * Every index that is not valid. What an interrupted REINDEX CONCURRENTLY left is known by its definition, that of a
 * valid index of the same table: names are numbered (`_ccnew1`) and cut at 63 bytes, and a person may have chosen one
 * like it. While something is being built on the table, nothing is called a leftover: an index in the making looks alike.
 */
export function findInvalid(indexes: readonly IndexRow[]): readonly InvalidIndex[] {
  return indexes
    .filter(({ isValid, isReady, isPartition }) => (!isValid || !isReady) && !isPartition)
    .map((index) => classify(index, indexes));
}

function classify(index: IndexRow, indexes: readonly IndexRow[]): InvalidIndex {
  const known = { ...namesOf(index), slowsWrites: index.isReady };
  if (index.isBuilding) return { ...known, kind: 'building', copyOf: null, cure: null };
  const original = originalOf(index, indexes);
  if (original) return { ...known, kind: 'leftover', copyOf: indexName(original), cure: dropIndex(index) };
  // A TOAST index that is invalid is left of a rebuild of its table: the server refuses to rebuild it, and lets it drop.
  if (index.isToast) return { ...known, kind: 'failed-build', copyOf: null, cure: dropIndex(index) };
  // A constraint's cannot be dropped by itself.
  return { ...known, kind: 'failed-build', copyOf: null, cure: rebuildIndex(index) };
}

/** What the server appends to the name of a copy, with a number when that name is taken. */
const COPY_NAME = /_cc(new|old)\d*$/;

/** The valid index that this one is an unfinished copy of. */
export function originalOf(index: IndexRow, indexes: readonly IndexRow[]): IndexRow | undefined {
  const isCopy = COPY_NAME.test(index.name) && !index.isValid && !index.isConstraint && !index.isBuilding;
  if (!isCopy || index.isToast || index.isLocked) return undefined;
  return indexes.find((other) => other.isValid && other.isUnique === index.isUnique && hasSameDefinition(other, index));
}

/** The same rows by the same keys in the same order: all attributes, not the columns alone. */
export const hasSameDefinition = (one: IndexRow, other: IndexRow): boolean =>
  one.tableOid === other.tableOid &&
  one.accessMethod === other.accessMethod &&
  one.keyColumns === other.keyColumns &&
  one.traits === other.traits &&
  one.columns.join() === other.columns.join() &&
  one.expressions === other.expressions &&
  one.predicate === other.predicate &&
  !one.isLocked &&
  !other.isLocked;
