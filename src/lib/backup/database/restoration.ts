/** The shape of a restore, planned or done. */
import * as z from 'zod';
import { countOf } from '../../measures.js';
import { Level } from '../manifest.js';

/** `new`: it is made. `empty`: it is there, without a table. `replace`: it is there and in use. */
const MODES = ['new', 'empty', 'replace'] as const;

export const DatabaseRestore = z.object({
  /** The catalogue. */
  store: z.string(),
  backup: z.object({
    id: z.string(),
    createdAt: z.iso.datetime(),
    source: z.string(),
    sizeBytes: z.number(),
    /** How far it was proven before. */
    level: Level.nullable(),
  }),
  target: z.string(),
  mode: z.enum(MODES),
  /** Only the rows of this table. */
  table: z.string().nullable(),
  /** Whether owners are those of the backup, and rights too. */
  keepsOwners: z.boolean(),
  keepsPrivileges: z.boolean(),
  /** In the order they are taken, as sentences. */
  steps: z.array(z.string()),
  applied: z.boolean(),
  /** Id of the backup made of what was replaced. */
  safetyBackup: z.string().nullable(),
  /** What the replaced database is called now. */
  aside: z.string().nullable(),
  tables: z.number(),
  rows: z.number(),
  durationMs: z.number().nullable(),
});
export type DatabaseRestore = z.output<typeof DatabaseRestore>;

/** What it will do first, and then. */
export function stepsOf({ backup, target, mode, aside, table, tables, rows }: DatabaseRestore): string[] {
  const what =
    table === null
      ? `${countOf(tables, 'table')}, ${countOf(rows, 'row')}`
      : `the definitions of all tables, and ${countOf(rows, 'row')} of ${table}`;
  const prove = `check every checksum of ${backup.id}`;
  const check = 'count every table and compare it with the backup';
  if (mode !== 'replace') {
    return [prove, ...(mode === 'new' ? [`create the database ${target}`] : []), `restore into it ${what}`, check];
  }
  return [
    prove,
    `back up ${target} as it is now, and read that backup whole`,
    `restore into a new database ${what}`,
    check,
    `end every session of ${target}, and rename it to ${aside}`,
    `rename the new database to ${target}`,
  ];
}
