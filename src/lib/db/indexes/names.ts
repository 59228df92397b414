/** Names and statements for an index. */
import { qualifiedName } from '../../pg/identifier.js';
import type { IndexRow } from '../../pg/queries/index-inventory.js';

export const indexName = ({ schema, name }: Pick<IndexRow, 'schema' | 'name'>): string => qualifiedName(schema, name);

export const namesOf = (index: IndexRow) => ({
  index: indexName(index),
  table: qualifiedName(index.schema, index.table),
  sizeBytes: index.sizeBytes,
});

/** Waits for running transactions, and blocks nobody. */
export const dropIndex = (index: IndexRow): string => `DROP INDEX CONCURRENTLY ${indexName(index)}`;

export const rebuildIndex = (index: IndexRow): string => `REINDEX INDEX CONCURRENTLY ${indexName(index)}`;

/** The statement that brings the index back; null when its definition could not be read. */
export const restoreIndex = ({ definition }: IndexRow): string | null =>
  definition?.replace(/^CREATE (UNIQUE )?INDEX /, 'CREATE $1INDEX CONCURRENTLY ') ?? null;
