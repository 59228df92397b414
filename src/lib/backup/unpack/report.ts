/** The shape of a restore of files, planned or done. */
import * as z from 'zod';
import { KINDS } from '../manifest.js';

export const RestoreFlags = z.object({
  backup: z.string().min(1),
  into: z.string({ error: 'missing: the directory to restore into' }).min(1),
  /** Which kind `newest` means. */
  kind: z.enum(['files', 'config'], { error: 'expected files or config' }).default('files'),
  overwrite: z.boolean().default(false),
  remote: z.boolean().default(false),
});
export type RestoreFlags = z.output<typeof RestoreFlags>;

export const Restore = z.object({
  id: z.string(),
  kind: z.enum(KINDS),
  /** The catalogue it comes from. */
  from: z.string(),
  createdAt: z.string(),
  into: z.string(),
  /** False for a plan. */
  applied: z.boolean(),
  entries: z.number().int(),
  contentBytes: z.number(),
  /** Files and links that were there before and are replaced. */
  overwritten: z.number().int(),
  /** As long as it is planned: every entry, and what becomes of it. */
  files: z.array(
    z.object({
      path: z.string(),
      type: z.string(),
      sizeBytes: z.number(),
      action: z.enum(['create', 'overwrite', 'keep']),
    }),
  ),
  /** What the backup wants to be known: values that were masked, files left out. */
  notes: z.array(z.string()),
});
export type Restore = z.output<typeof Restore>;
