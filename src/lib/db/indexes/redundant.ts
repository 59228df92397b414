/** Indexes whose work another one does. */
import type { IndexRow } from '../../pg/queries/index-inventory.js';
import { hasSameDefinition } from './invalid.js';
import { dropIndex, indexName, namesOf, restoreIndex } from './names.js';
import type { RedundantIndex } from './report.js';

/**
 * Duplicates, and indexes whose keys are the first keys of another, largest first. Of two that could stand for each
 * other the one kept is a constraint's, then a unique one, then the older. What a constraint, uniqueness or logical
 * replication needs is never called redundant, nor is part of a partitioned index.
 */
export function findRedundant(indexes: readonly IndexRow[]): readonly RedundantIndex[] {
  const candidates = indexes.filter(({ isValid, isReady, isToast }) => isValid && isReady && !isToast);
  return candidates
    .filter(isDispensable)
    .flatMap((index) => describe(index, candidates))
    .sort((one, other) => other.sizeBytes - one.sizeBytes);
}

const isDispensable = ({ isConstraint, isExclusion, isReplicaIdentity, isPartition }: IndexRow) =>
  !isConstraint && !isExclusion && !isReplicaIdentity && !isPartition;

function describe(index: IndexRow, candidates: readonly IndexRow[]): RedundantIndex[] {
  const others = candidates.filter((other) => other.oid !== index.oid && other.tableOid === index.tableOid);
  const known = { ...namesOf(index), drop: dropIndex(index), restore: restoreIndex(index) };
  const twin = others.find(
    (other) => hasSameDefinition(index, other) && enforcesAll(other, index) && isPreferred(other, index),
  );
  if (twin) return [{ ...known, kind: 'duplicate', by: indexName(twin) }];
  const wider = index.isUnique ? undefined : others.find((other) => covers(other, index));
  return wider ? [{ ...known, kind: 'covered', by: indexName(wider) }] : [];
}

/** Whether what `index` keeps unique stays so by `other` alone. */
const enforcesAll = (other: IndexRow, index: IndexRow): boolean =>
  !index.isUnique || (other.isUnique && other.uniqueness === index.uniqueness);

/** Whether `one` is kept rather than `other`; exactly one of the two is. */
function isPreferred(one: IndexRow, other: IndexRow): boolean {
  const rank = (index: IndexRow) => [isDispensable(index) ? 0 : 1, index.isUnique ? 1 : 0, -index.oid];
  const [mine, theirs] = [rank(one), rank(other)];
  const differing = mine.findIndex((value, position) => value !== theirs[position]);
  return (mine[differing] ?? 0) > (theirs[differing] ?? 0);
}

/** Only a btree answers for the first of its keys alone; the order within each key must be the same, too. */
function covers(wide: IndexRow, narrow: IndexRow): boolean {
  const isComparable =
    wide.accessMethod === 'btree' &&
    narrow.accessMethod === 'btree' &&
    wide.keyColumns > narrow.keyColumns &&
    narrow.columns.length === narrow.keyColumns &&
    !wide.isLocked &&
    !narrow.isLocked &&
    wide.predicate === narrow.predicate;
  // Expressions are only known as a whole, so which of them is which key is not.
  if (!isComparable || wide.expressions !== null || narrow.expressions !== null) return false;
  const count = narrow.keyColumns;
  const isPrefix = narrow.columns.every((column, position) => wide.columns[position] === column);
  return isPrefix && keyTraits(wide, count) === keyTraits(narrow, count);
}

/** Operator classes, collations and orders of the first keys. */
const keyTraits = ({ traits }: IndexRow, count: number): string =>
  traits
    .split('/')
    .map((list) => list.split(' ').slice(0, count).join(' '))
    .join('/');
