import * as z from 'zod';
import { formatDuration } from '../../measures.js';
import type { Finding } from '../../status.js';
import { type Circumstances, defineSection } from './section.js';

const Backups = z.object({
  /** Of a database, in our own catalogue; null when there is none. */
  newest: z.iso.datetime().nullable(),
});
type Backups = z.infer<typeof Backups>;

/** How old the newest backup is, as far as this tool knows of backups. */
export const backups = defineSection({
  data: Backups,
  read: async (_, { newestBackup }) => ({ newest: (await newestBackup()) ?? null }),
  judge: judgeBackups,
});

export function judgeBackups(
  { newest }: Backups,
  { now, thresholds: { backupAge } }: Pick<Circumstances, 'now' | 'thresholds'>,
): readonly Finding[] {
  // Others, as of pgBackRest, are not known here: none of ours is no news.
  if (newest === null) return [];
  const ageMs = now.getTime() - Date.parse(newest);
  if (ageMs <= backupAge) return [];
  const message = `the newest backup of a database is ${formatDuration(ageMs)} old`;
  return [
    {
      code: 'VOPS-DB-BACKUP-OLD',
      severity: 'warning',
      message,
      hint: 'see why it was not made: viktoria-ops maintenance history',
    },
  ];
}
