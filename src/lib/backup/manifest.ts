/** What a backup says of itself. A directory without this file is no backup. */
import * as z from 'zod';

export const MANIFEST_FILE = 'manifest.json';

/** A label people give: part of no path, yet safe as one. */
export const BackupName = z
  .string()
  .regex(/^\w[\w.-]{0,99}$/, 'expected letters, digits, dots, dashes and underscores, such as daily-20260101');

export const Manifest = z.strictObject({
  schemaVersion: z.literal(1),
  /** Also the name of its directory. */
  id: z.string(),
  kind: z.enum(['config', 'database', 'files']),
  name: BackupName.optional(),
  createdAt: z.iso.datetime(),
  host: z.string(),
  /** What was backed up: a path, or a database without its password. */
  source: z.string(),
  files: z.array(
    z.strictObject({
      /** Relative to the backup's directory. */
      path: z.string(),
      sizeBytes: z.number().int(),
      /** Of the copy, read back from the disk. */
      sha256: z.string().length(64),
      /** Permission bits of the original, such as `0644`; every copy is 0600. */
      mode: z.string().regex(/^0[0-7]{3}$/),
    }),
  ),
  /** What a restore must know: values that were masked, files left out. */
  notes: z.array(z.string()),
  /** When a restore of it was last tried with success. */
  verified: z.iso.datetime().optional(),
});
export type Manifest = z.output<typeof Manifest>;
