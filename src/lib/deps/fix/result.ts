/** What a fix is to change, and what became of it. */
import * as z from 'zod';
import { Advisory } from '../advisory.js';

const Change = z.object({ path: z.string(), from: z.string().nullable(), to: z.string().nullable() });
export type Change = z.infer<typeof Change>;

export const DependencyFix = z.object({
  root: z.string(),
  /** `branch`: committed on a branch of its own; `lock-file`: without git, the lock file is replaced and the old one kept. */
  mode: z.enum(['branch', 'lock-file']),
  applied: z.boolean(),
  /** Installed packages by where they lie; a version is null where there is none, all of it where npm gave no answer. */
  changes: z.array(Change).nullable(),
  /** Advisories that no longer hold, and those that do. */
  fixed: z.array(z.string()),
  remaining: z.array(Advisory),
  testCommand: z.array(z.string()),
  tests: z.enum(['passed', 'failed', 'not_run']),
  /** SHA-256 of the planned lock file; null where nothing changes. */
  lockSha256: z.string().nullable(),
  /** Where the fix waits to be merged. */
  branch: z.string().nullable(),
  /** The lock file as it was. */
  backup: z.string().nullable(),
});
export type DependencyFix = z.infer<typeof DependencyFix>;
