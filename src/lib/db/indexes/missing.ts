/** References that are looked up row by row, since no index begins with their columns. */
import { qualifiedName, quoteName } from '../../pg/identifier.js';
import type { IndexRow } from '../../pg/queries/index-inventory.js';
import type { ReferenceRow } from '../../pg/queries/reference-columns.js';
import type { MissingIndex } from './report.js';

/** Strapi's tables of relations, components and morph relations, of versions 5 and 4. */
const STRAPI_RELATION = /_(lnk|links|cmps|components|mph|morphs)$/;

/**
 * Foreign keys and relations without an index that begins with their columns: Strapi's relation tables first, then the
 * largest. One index
 * serves several keys on the same columns. Without it every delete or update of a referenced row reads the whole table, and so does every join.
 */
export function findMissing(
  references: readonly ReferenceRow[],
  indexes: readonly IndexRow[],
): readonly MissingIndex[] {
  return references
    .filter((reference) => !indexes.some((index) => supports(index, reference)))
    .map(describe)
    .filter(({ create }, position, all) => all.findIndex((other) => other.create === create) === position)
    .sort(
      (one, other) =>
        Number(other.isStrapiRelation) - Number(one.isStrapiRelation) || other.tableBytes - one.tableBytes,
    );
}

/** The oids of indexes that a reference is looked up by: they are needed however seldom they are read. */
export const supportingIndexes = (references: readonly ReferenceRow[], indexes: readonly IndexRow[]) =>
  new Set(indexes.filter((index) => references.some((reference) => supports(index, reference))).map(({ oid }) => oid));

/** A lookup by equality: the columns in any order, of a btree, or the only one of a hash index. */
function supports(index: IndexRow, { tableOid, columns, columnNames }: ReferenceRow): boolean {
  if (index.tableOid !== tableOid || !index.isValid || !leavesOutOnlyNulls(index, columnNames)) return false;
  if (index.accessMethod !== 'btree' && (index.accessMethod !== 'hash' || columns.length > 1)) return false;
  const leading = index.columns.slice(0, Math.min(columns.length, index.keyColumns));
  return columns.every((column) => leading.includes(column));
}

/** No reference is null: a partial index of those that are not has all that is looked up. */
const leavesOutOnlyNulls = ({ predicate }: IndexRow, columns: readonly string[]) =>
  predicate === null ||
  predicate.split(' AND ').every((condition) => {
    const [, quoted, bare] = /^\(*(?:"((?:[^"]|"")+)"|(\w+)) IS NOT NULL\)+$/.exec(condition) ?? [];
    return columns.includes(bare ?? quoted?.replaceAll('""', '"') ?? '');
  });

function describe(reference: ReferenceRow): MissingIndex {
  const table = qualifiedName(reference.schema, reference.table);
  const columns = reference.columnNames.map(quoteName).join(', ');
  return {
    table,
    columns: reference.columnNames,
    constraint: reference.constraint,
    references: reference.referencedTable,
    isStrapiRelation: STRAPI_RELATION.test(reference.table),
    rows: reference.tuples,
    tableBytes: reference.heapBytes,
    sequentialScans: reference.sequentialScans,
    referencedChanges: reference.referencedChanges,
    // A partitioned table takes no CONCURRENTLY: first the empty frame, then each partition, then ATTACH.
    create: reference.isPartitioned
      ? `CREATE INDEX ON ONLY ${table} (${columns})`
      : `CREATE INDEX CONCURRENTLY ON ${table} (${columns})`,
  };
}
