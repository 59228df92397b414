import * as z from 'zod';
import { qualifiedName } from '../../pg/identifier.js';
import { invalidIndexes as query } from '../../pg/queries/invalid-indexes.js';
import { defineSection } from './section.js';

/** Indexes that cost without serving, since their build did not end. */
export const invalidIndexes = defineSection({
  data: z.array(z.object({ index: z.string(), table: z.string(), sizeBytes: z.number() })),
  read: async (database) =>
    (await database.query(query)).map(({ schema, name, table, sizeBytes }) => ({
      index: qualifiedName(schema, name),
      table: qualifiedName(schema, table),
      sizeBytes,
    })),
  judge: (indexes) =>
    indexes.map(({ index, table }) => ({
      code: 'VOPS-DB-INDEX-INVALID',
      severity: 'warning',
      message: `${index} on ${table} is invalid: no query uses it`,
      hint: 'viktoria-ops db reindex drops what an interrupted rebuild left; viktoria-ops db indexes tells what to do with others',
    })),
});
