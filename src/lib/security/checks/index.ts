/** The checks of `security check`, in the order shown. To add one: a file, and a line in both lists. */
import * as z from 'zod';
import type { SecurityCheck } from '../check.js';
import { accessLog } from './access-log.js';
import { accounts } from './accounts.js';
import { certificates } from './certificates.js';
import { database } from './database.js';
import { files } from './files.js';

export const checks = { accessLog, accounts, files, database, certificates } as const satisfies Record<
  string,
  SecurityCheck<unknown>
>;
export type CheckName = keyof typeof checks;
export const CHECK_NAMES = [
  'accessLog',
  'accounts',
  'files',
  'database',
  'certificates',
] as const satisfies CheckName[];

/** Null: not asked for, or nothing could be found out, and a finding says why. */
export const Seen = z.object({
  accessLog: accessLog.data.nullable(),
  accounts: accounts.data.nullable(),
  files: files.data.nullable(),
  database: database.data.nullable(),
  certificates: certificates.data.nullable(),
});
