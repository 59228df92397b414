/**
 * What is kept between runs about one database: samples, baselines, the history of maintenance. Files in the state
 * directory, for nothing of ours is created in the operator's database.
 */
import { join } from 'node:path';
import type * as z from 'zod';
import type { Context } from '../context.js';
import { OperatorError } from '../errors.js';
import { appendLines, ensurePrivateDirectory, readRegularFile, writeFileAtomic } from '../files/index.js';
import type { Database } from '../pg/index.js';
import { databaseIdentity } from '../pg/queries/database-identity.js';

export interface DatabaseState {
  readonly directory: string;
  /** The value kept under this name; undefined when there is none, or none that this version understands. */
  readonly read: <T>(name: string, schema: z.ZodType<T>) => Promise<T | undefined>;
  /** Errors: `VOPS-FILE`, `VOPS-DISK-FULL`. */
  readonly write: (name: string, value: unknown) => Promise<void>;
  /** Adds records to a journal of this name, one JSON document a line. Errors as `write`. */
  readonly append: (name: string, records: readonly unknown[]) => Promise<void>;
  /** The records of a journal, oldest first; lines that this version does not understand are passed over. */
  readonly journal: <T>(name: string, schema: z.ZodType<T>) => Promise<T[]>;
}

/** Ten years of weekly runs over a hundred tables stay below this. */
const LARGEST_FILE = 50_000_000;

/** What opening it takes. */
export type StateContext = Pick<Context, 'config' | 'dryRun' | 'state'>;

/**
 * The state of the database behind this connection, by its system identifier: an address can change hands. A dry run
 * reads it and leaves no trace. Errors: `VOPS-FILE…`, `VOPS-DISK-FULL`, `VOPS-DB-…`.
 */
export async function openState({ config, dryRun, state }: StateContext, database: Database): Promise<DatabaseState> {
  const [identity] = await database.query(databaseIdentity);
  if (identity === undefined) throw new OperatorError('VOPS-DB-QUERY', 'the server gave no answer');
  const { system, database: name, isStandby } = identity;
  // A standby counts scans of its own.
  const directory = join(
    dryRun ? (await config()).stateDirectory : await state(),
    'databases',
    `${system}-${encodeURIComponent(name)}${isStandby ? '-standby' : ''}`,
  );
  if (!dryRun) await ensurePrivateDirectory(directory);
  const read = (file: string) =>
    readRegularFile(join(directory, file), LARGEST_FILE).then(
      (content) => content.toString('utf8'),
      () => '',
    );
  return {
    directory,
    read: async (file, schema) => parse(await read(`${file}.json`), schema),
    write: async (file, value) => {
      if (!dryRun) await writeFileAtomic(join(directory, `${file}.json`), `${JSON.stringify(value)}\n`);
    },
    append: async (file, records) => {
      if (!dryRun) await appendLines(join(directory, `${file}.jsonl`), records);
    },
    journal: async (file, schema) =>
      (await read(`${file}.jsonl`)).split('\n').flatMap((line) => parse(line, schema) ?? []),
  };
}

function parse<T>(text: string, schema: z.ZodType<T>): T | undefined {
  try {
    const parsed = schema.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined; // empty, or cut short by a crash
  }
}

/** Whether keeping something failed, rather than the database: an inspection goes on without its history. */
export const isFileError = (error: unknown): error is OperatorError =>
  error instanceof OperatorError && /^VOPS-(FILE|DISK)/.test(error.code);
