/** What `db indexes` reports. Every entry has its evidence, its size and the statements to mend and to restore it. */
import * as z from 'zod';
import { Bloat } from '../bloat/index.js';

const Named = { index: z.string(), table: z.string(), sizeBytes: z.number() } as const;

export const InvalidIndex = z.object({
  ...Named,
  /** `leftover`: of an interrupted REINDEX, safe to drop. `building`: work in progress. */
  kind: z.enum(['leftover', 'failed-build', 'building']),
  /** The valid index that a leftover is a copy of. */
  copyOf: z.string().nullable(),
  /** It is maintained by every write all the same. */
  slowsWrites: z.boolean(),
  cure: z.string().nullable(),
});
export type InvalidIndex = z.infer<typeof InvalidIndex>;

export const RedundantIndex = z.object({
  ...Named,
  kind: z.enum(['duplicate', 'covered']),
  by: z.string(),
  drop: z.string(),
  restore: z.string().nullable(),
});
export type RedundantIndex = z.infer<typeof RedundantIndex>;

export const UnusedIndex = z.object({
  ...Named,
  /** Since when it has not been scanned, as seen by our own samples. */
  since: z.iso.datetime(),
  /** Rows written to the table since its statistics began; each of them had to be entered here, too. */
  tableWrites: z.number(),
  drop: z.string(),
  restore: z.string().nullable(),
});
export type UnusedIndex = z.infer<typeof UnusedIndex>;

export const MissingIndex = z.object({
  table: z.string(),
  columns: z.array(z.string()),
  /** Null for a relation of Strapi without a foreign key. */
  constraint: z.string().nullable(),
  references: z.string().nullable(),
  isStrapiRelation: z.boolean(),
  rows: z.number(),
  tableBytes: z.number(),
  sequentialScans: z.number(),
  referencedChanges: z.number(),
  create: z.string(),
});
export type MissingIndex = z.infer<typeof MissingIndex>;

const BloatedIndex = z.object({ ...Named, accessMethod: z.string(), bloat: Bloat, rebuild: z.string() });

export const IndexReport = z.object({
  indexes: z.number(),
  sizeBytes: z.number(),
  missing: z.array(MissingIndex),
  unused: z.array(UnusedIndex),
  redundant: z.array(RedundantIndex),
  bloated: z.array(BloatedIndex),
  invalid: z.array(InvalidIndex),
  /** How far back our own samples of index scans reach without a break; null when this is the first. */
  sampledSince: z.iso.datetime().nullable(),
  /** Indexes of which nothing says how large they should be. */
  bloatUnknown: z.number(),
});
export type IndexReport = z.infer<typeof IndexReport>;
