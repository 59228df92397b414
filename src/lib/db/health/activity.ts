import * as z from 'zod';
import { countOf, formatBytes } from '../../measures.js';
import { only } from '../../pg/only.js';
import { databaseActivity } from '../../pg/queries/database-activity.js';
import type { Finding } from '../../status.js';
import { type Circumstances, defineSection } from './section.js';

const Activity = z.object({
  /** Share of block reads served from shared buffers; null when nothing was read. */
  cacheHitRatio: z.number().nullable(),
  deadlocks: z.number(),
  commits: z.number(),
  rollbacks: z.number(),
  temporaryFileBytes: z.number(),
  since: z.iso.datetime().nullable(),
});
type Activity = z.infer<typeof Activity>;

/** What the statistics say since they were last reset. A verdict is on what has come since the last run. */
export const activity = defineSection({
  data: Activity,
  read: async (database) => only(await database.query(databaseActivity)),
  judge: judgeActivity,
});

const HOUR_MS = 3_600_000;

export function judgeActivity(
  { deadlocks, temporaryFileBytes, since }: Activity,
  { last, now, thresholds }: Pick<Circumstances, 'last' | 'now' | 'thresholds'>,
): readonly Finding[] {
  if (last === undefined || last.since !== since || deadlocks < last.deadlocks) return [];
  const findings: Finding[] = [];
  const added = deadlocks - last.deadlocks;
  if (added > 0) {
    findings.push({
      code: 'VOPS-DB-DEADLOCKS',
      severity: 'warning',
      message: `${countOf(added, 'deadlock')} since the last look at ${last.at}`,
      hint: 'the server log names both statements; change rows in the same order everywhere',
    });
  }
  const hours = Math.max(1, (now.getTime() - Date.parse(last.at)) / HOUR_MS);
  const perHour = (temporaryFileBytes - last.temporaryFileBytes) / hours;
  if (perHour > thresholds.temporaryFilesPerHour) {
    findings.push({
      code: 'VOPS-DB-TEMPORARY-FILES',
      severity: 'warning',
      message: `queries wrote ${formatBytes(perHour)} of temporary files an hour since the last look`,
      hint: 'viktoria-ops db slow-queries --sort temp shows which; raise work_mem for them, or give them an index',
    });
  }
  return findings;
}
