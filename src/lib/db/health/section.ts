/** What a section of `db health` is: what it reads, and what it makes of that. */
import type * as z from 'zod';
import type { DatabaseThresholds } from '../../config/database-thresholds.js';
import type { Database } from '../../pg/index.js';
import type { Finding } from '../../status.js';

interface SectionParts<Data> {
  /** Schema of what the section reports, as `--json` carries it. */
  readonly data: z.ZodType<Data>;
  readonly read: (database: Database) => Promise<Data>;
  /** Pure: what an operator should know about this. */
  readonly judge: (data: Data, thresholds: DatabaseThresholds) => readonly Finding[];
}

export interface Section<Data> extends Pick<SectionParts<Data>, 'data'> {
  readonly examine: (
    database: Database,
    thresholds: DatabaseThresholds,
  ) => Promise<{ readonly data: Data; readonly findings: readonly Finding[] }>;
}

/** Joins reading and judging, so that sections of all shapes fit into one list. */
export function defineSection<Data>({ data, read, judge }: SectionParts<Data>): Section<Data> {
  return {
    data,
    examine: async (database, thresholds) => {
      const found = await read(database);
      return { data: found, findings: judge(found, thresholds) };
    },
  };
}
