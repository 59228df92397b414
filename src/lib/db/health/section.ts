/** What a section of `db health` is: what it reads, and what it makes of that. */
import type * as z from 'zod';
import type { DatabaseThresholds } from '../../config/database-thresholds.js';
import type { Database } from '../../pg/index.js';
import type { Finding } from '../../status.js';
import type { Memory } from './memory.js';

/** What a verdict depends on besides what is read now. */
export interface Circumstances {
  readonly thresholds: DatabaseThresholds;
  /** What the last run saw, where it is known. */
  readonly last: Memory | undefined;
  readonly now: Date;
  /** When the newest database backup of our catalogue was made; undefined: there is none. */
  readonly newestBackup: () => Promise<string | undefined>;
}

interface SectionParts<Data> {
  /** Schema of what the section reports, as `--json` carries it. */
  readonly data: z.ZodType<Data>;
  readonly read: (database: Database, circumstances: Circumstances) => Promise<Data>;
  /** Pure: what an operator should know about this. */
  readonly judge: (data: Data, circumstances: Circumstances) => readonly Finding[];
}

export interface Section<Data> extends Pick<SectionParts<Data>, 'data'> {
  readonly examine: (
    database: Database,
    circumstances: Circumstances,
  ) => Promise<{ readonly data: Data; readonly findings: readonly Finding[] }>;
}

/** Joins reading and judging, so that sections of all shapes fit into one list. */
export function defineSection<Data>({ data, read, judge }: SectionParts<Data>): Section<Data> {
  return {
    data,
    examine: async (database, circumstances) => {
      const found = await read(database, circumstances);
      return { data: found, findings: judge(found, circumstances) };
    },
  };
}
