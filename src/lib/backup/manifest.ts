/** What a backup says of itself. A directory without this file is no backup. */
import { createHash } from 'node:crypto';
import * as z from 'zod';
import { compareTexts } from '../compare-texts.js';

export const MANIFEST_FILE = 'manifest.json';

/** A label people give: part of no path, yet safe as one. */
export const BackupName = z
  .string()
  .regex(/^\w[\w.-]{0,99}$/, 'expected letters, digits, dots, dashes and underscores, such as daily-20260101');

/** Name of a backup and of its directory: kind, time, and a few letters that make it one of a kind. */
export const BACKUP_ID = /^(config|database|files)-\d{8}T\d{6}Z-[0-9a-f]{8}$/;

/** When it was made, as its name has it: `20261123T030000Z`. */
export const stampIn = (id: string): string => id.split('-')[1] ?? '';

/** Oldest first; of two of the same second, by name. */
export const byTime = (a: { readonly id: string }, b: { readonly id: string }): number =>
  compareTexts(stampIn(a.id), stampIn(b.id)) || compareTexts(a.id, b.id);

export const KINDS = ['config', 'database', 'files'] as const;
export type Kind = (typeof KINDS)[number];

/**
 * How far a backup was proven. 0: it is there, of its age and size. 1: every file has its checksum. 2: all of it was
 * read and understood. 3: it was restored, and what came out is what went in.
 */
export const LEVELS = [0, 1, 2, 3] as const;
export const Level = z.literal(LEVELS, { error: 'expected 0, 1, 2 or 3' });
export type Level = z.output<typeof Level>;

const Instant = z.iso.datetime();

export const BackedUpTable = z.strictObject({
  schema: z.string(),
  name: z.string(),
  /** The extension it belongs to; its rows are the user's all the same. */
  extension: z.string().nullable(),
  sizeBytes: z.number(),
  /** Counted, not estimated, in the snapshot that was dumped. */
  rows: z.number().int(),
  /** md5 of the names and types of its columns, in their order. */
  columns: z.string(),
  /** Sum of hashes of all rows, whatever their order; null for a table too large for it. */
  content: z.string().nullable(),
});
export type BackedUpTable = z.output<typeof BackedUpTable>;

/** What was dumped, seen in the snapshot of the dump. */
export const BackedUpDatabase = z.strictObject({
  name: z.string(),
  /** Of the cluster: the same name on another server is another database. */
  system: z.string(),
  serverVersion: z.string(),
  /** Of pg_dump. */
  programVersion: z.string(),
  sizeBytes: z.number(),
  encoding: z.string(),
  collate: z.string(),
  ctype: z.string(),
  /** Whose rules of sorting they are since PostgreSQL 15, and which; absent in backups of the first versions. */
  sorting: z
    .strictObject({
      provider: z.enum(['libc', 'icu', 'builtin']),
      locale: z.string().nullable(),
      rules: z.string().nullable(),
    })
    .optional(),
  /** Of the rules of sorting; null where they have none. */
  collationVersion: z.string().nullable(),
  extensions: z.array(z.strictObject({ name: z.string(), version: z.string() })),
  tables: z.array(BackedUpTable),
});
export type BackedUpDatabase = z.output<typeof BackedUpDatabase>;

/** What an archive of files holds; its own list, file by file, is in the backup. */
const BackedUpFiles = z.strictObject({
  root: z.string(),
  entries: z.number().int(),
  contentBytes: z.number(),
  /** Files that changed while they were read, vanished, or could not be read: the archive has them not, or in part. */
  incomplete: z.array(z.strictObject({ path: z.string(), reason: z.string() })),
});

export const Manifest = z.strictObject({
  schemaVersion: z.literal(1),
  id: z.string().regex(BACKUP_ID),
  kind: z.enum(KINDS),
  name: BackupName.optional(),
  createdAt: Instant,
  host: z.string(),
  /** What was backed up: a path, or a database without its password. */
  source: z.string(),
  files: z.array(
    z.strictObject({
      /** Relative to the backup's directory. Its endings tell how to read it: `.age` is encrypted, `.zst` and `.gz` packed. */
      path: z.string().regex(/^(?!\/)(?!.*(^|\/)\.\.(\/|$))[^\0\\]+$/, 'expected a path below the backup'),
      sizeBytes: z.number().int(),
      /** Of the copy, read back from the disk. */
      sha256: z.string().regex(/^[0-9a-f]{64}$/),
      /** Permission bits of the original, such as `0644`; every copy is 0600. */
      mode: z.string().regex(/^0[0-7]{3}$/),
    }),
  ),
  /** What a restore must know: values that were masked, files left out. */
  notes: z.array(z.string()),
  durationMs: z.number().optional(),
  /** Public keys that it is encrypted for. */
  recipients: z.array(z.string()).optional(),
  database: BackedUpDatabase.optional(),
  archive: BackedUpFiles.optional(),
  /** When each level was last reached. */
  verified: z.array(z.strictObject({ level: Level, at: Instant, durationMs: z.number() })).optional(),
  /** The last verification failed: this is no good backup. */
  failure: z.strictObject({ level: Level, at: Instant, reason: z.string() }).optional(),
  /** Kept whatever the retention says. */
  pinned: z.strictObject({ at: Instant, reason: z.string().optional() }).optional(),
  /** Where else it is, such as `s3://bucket/prefix`. */
  copies: z.array(z.strictObject({ store: z.string(), at: Instant })).optional(),
});
export type Manifest = z.output<typeof Manifest>;

/** The highest level it was proven to; undefined for one never looked at. */
export function levelOf({ verified = [] }: Pick<Manifest, 'verified'>): Level | undefined {
  return LEVELS.findLast((level) => verified.some((record) => record.level === level));
}

/** Whether it can be relied on: every file was seen to have its checksum, and no verification since has failed. */
export const isGood = (manifest: Pick<Manifest, 'verified' | 'failure'>): boolean =>
  manifest.failure === undefined && (levelOf(manifest) ?? 0) >= 1;

/** Of one thing: what retention counts together. A database by its cluster, for an address can change hands. */
export const groupOf = ({ kind, source, database }: Pick<Manifest, 'kind' | 'source' | 'database'>): string =>
  database ? `database ${database.system}/${database.name}` : `${kind} ${source}`;

const bytesOf = ({ files }: Pick<Manifest, 'files'>) => files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);

export { bytesOf as sizeOf };

/** The manifest as a file: sealed by the sha256 of everything else in it, so that a flipped bit is no other backup. */
export function writeManifest(manifest: Manifest): string {
  return `${JSON.stringify({ ...manifest, seal: sealOf(Manifest.parse(manifest)) }, null, 2)}\n`;
}

/** The manifest of this text; undefined when it is damaged, or of a version that is not known. */
export function readManifest(text: string): Manifest | undefined {
  try {
    const { seal, ...rest } = JSON.parse(text);
    const parsed = Manifest.safeParse(rest);
    // Those of the first versions have no seal.
    return parsed.success && (seal === undefined || seal === sealOf(parsed.data)) ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}

/** Of a manifest just parsed: its keys are in the order of the schema, so the seal does not depend on who wrote it. */
const sealOf = (parsed: Manifest) => createHash('sha256').update(JSON.stringify(parsed)).digest('hex');
