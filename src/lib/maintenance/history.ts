/** Past runs: did it run at all, and how did it end? */
import { join } from 'node:path';
import * as z from 'zod';
import type { Context } from '../context.js';
import { Status } from '../contract/index.js';
import { isLocked } from '../process/index.js';
import { conclude, type Finding, type Outcome } from '../status.js';
import { type RunRecord, readRecords, recordFile, runsDirectory } from './runs.js';

export const HistoryFlags = z.object({
  tier: z.string().optional(),
  limit: z.coerce.number().int().min(1).max(1000).default(20),
});

const Run = z.strictObject({
  tier: z.string(),
  runId: z.string(),
  startedAt: z.iso.datetime(),
  durationMs: z.number().nullable(),
  status: z.union([Status, z.literal('running')]),
  /** Steps that did not go well. */
  troubled: z.array(z.string()),
  recordFile: z.string(),
});

export const HistoryResult = z.strictObject({
  runs: z.array(Run),
  lastSuccess: z.array(z.strictObject({ tier: z.string(), startedAt: z.iso.datetime(), ageSeconds: z.number() })),
});
export type HistoryResult = z.output<typeof HistoryResult>;

/** How often each tier should run, in seconds; half as much again is late. */
const PERIOD_SECONDS: Readonly<Record<string, number>> = { daily: 86_400, weekly: 604_800, monthly: 31 * 86_400 };
const LATE_FACTOR = 1.5;

/** Lists the newest runs; a warning for a tier whose last success is too long ago. */
export async function listRuns(
  context: Pick<Context, 'config' | 'now'>,
  flags: z.output<typeof HistoryFlags>,
): Promise<Outcome<HistoryResult>> {
  const { stateDirectory } = await context.config();
  const directory = runsDirectory(stateDirectory);
  const { records, unreadable } = await readRecords(directory, flags);
  const busy = records.some(({ status }) => status === null) && (await isLocked(join(stateDirectory, 'lock')));
  const runs = records.map((record, index) => ({
    tier: record.tier,
    runId: record.runId,
    startedAt: record.startedAt,
    durationMs: record.durationMs,
    // Only one run holds the lock, and it is the newest: an older record without an end was killed.
    status: record.status ?? (busy && index === 0 ? ('running' as const) : ('interrupted' as const)),
    troubled: record.steps.filter(({ status }) => !['ok', 'skipped', 'warning'].includes(status)).map(({ id }) => id),
    recordFile: recordFile(directory, record),
  }));
  const lastSuccess = lastSuccesses(records, context.now());
  return conclude({ runs, lastSuccess }, [...lateTiers(records, lastSuccess), ...unreadable.map(unreadableRecord)]);
}

function lastSuccesses(records: readonly RunRecord[], now: Date): HistoryResult['lastSuccess'] {
  const tiers = [...new Set(records.map(({ tier }) => tier))];
  return tiers.flatMap((tier) => {
    const last = records.find(
      (record) => record.tier === tier && (record.status === 'ok' || record.status === 'warning'),
    );
    if (!last) return [];
    return [
      {
        tier,
        startedAt: last.startedAt,
        ageSeconds: Math.max(0, Math.round((+now - Date.parse(last.startedAt)) / 1000)),
      },
    ];
  });
}

function lateTiers(records: readonly RunRecord[], successes: HistoryResult['lastSuccess']): Finding[] {
  const tiers = [...new Set(records.map(({ tier }) => tier))];
  return tiers.flatMap((tier) => {
    const success = successes.find((candidate) => candidate.tier === tier);
    const limit = (PERIOD_SECONDS[tier] ?? Number.POSITIVE_INFINITY) * LATE_FACTOR;
    if (success && success.ageSeconds <= limit) return [];
    const message = success
      ? `the ${tier} tier last went well ${Math.floor(success.ageSeconds / 3600)} h ago`
      : `the ${tier} tier has not gone well in the runs kept`;
    return [
      {
        code: 'VOPS-MAINTENANCE-LATE',
        severity: 'warning',
        message,
        hint: `viktoria-ops maintenance ${tier}`,
      } as const,
    ];
  });
}

const unreadableRecord = (path: string): Finding => ({
  code: 'VOPS-MAINTENANCE-RECORD',
  severity: 'warning',
  message: `the run record ${path} cannot be read and was left out`,
  hint: 'remove it when it is of no use to you',
});
