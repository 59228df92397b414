/** Past runs: did it run at all, and how did it end? */
import { join } from 'node:path';
import * as z from 'zod';
import type { Context } from '../context.js';
import { Status } from '../contract/index.js';
import { lockingRun } from '../process/index.js';
import { conclude, type Finding, type Outcome } from '../status.js';
import { findNewest, readRecords, recordFile, runsDirectory } from './runs.js';

/** How often each tier should run, in seconds; half as much again is late. */
const PERIOD_SECONDS = { daily: 86_400, weekly: 604_800, monthly: 31 * 86_400 } as const;
type TierName = keyof typeof PERIOD_SECONDS;
const TIERS = Object.keys(PERIOD_SECONDS) as TierName[]; // its keys are no others
const LATE_FACTOR = 1.5;

export const HistoryFlags = z.object({
  tier: z.enum(TIERS).optional(),
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

/** Lists the newest runs; a warning for a tier whose last success is too long ago, listed or not. */
export async function listRuns(
  context: Pick<Context, 'config' | 'now'>,
  flags: z.output<typeof HistoryFlags>,
): Promise<Outcome<HistoryResult>> {
  const { stateDirectory } = await context.config();
  const directory = runsDirectory(stateDirectory);
  const { records, unreadable } = await readRecords(directory, flags);
  const isOpen = records.some(({ status }) => status === null);
  const running = isOpen ? await lockingRun(join(stateDirectory, 'lock')) : undefined;
  const runs = records.map((record) => ({
    tier: record.tier,
    runId: record.runId,
    startedAt: record.startedAt,
    durationMs: record.durationMs,
    // Only one run holds the lock: another record without an end is of one that was killed.
    status: record.status ?? (record.runId === running ? ('running' as const) : ('interrupted' as const)),
    troubled: record.steps.filter(({ status }) => !['ok', 'skipped', 'warning'].includes(status)).map(({ id }) => id),
    recordFile: recordFile(directory, record),
  }));
  const pasts = await Promise.all(
    (flags.tier ? [flags.tier] : TIERS).map((tier) => pastOf(directory, tier, context.now())),
  );
  const lastSuccess = pasts.flatMap(({ success }) => success ?? []);
  return conclude({ runs, lastSuccess }, [...pasts.flatMap(judgePast), ...unreadable.map(unreadableRecord)]);
}

interface Past {
  readonly tier: TierName;
  readonly hasRun: boolean;
  readonly success: HistoryResult['lastSuccess'][number] | undefined;
}

/** From all records that are kept: a tier that runs seldom has its last one far behind those of others. */
async function pastOf(directory: string, tier: TierName, now: Date): Promise<Past> {
  const last = await findNewest(directory, tier, ({ status }) => status === 'ok' || status === 'warning');
  const hasRun = last !== undefined || (await findNewest(directory, tier, () => true)) !== undefined;
  if (!last) return { tier, hasRun, success: undefined };
  const { startedAt } = last;
  const ageSeconds = Math.max(0, Math.round((+now - Date.parse(startedAt)) / 1000));
  return { tier, hasRun, success: { tier, startedAt, ageSeconds } };
}

function judgePast({ tier, hasRun, success }: Past): Finding[] {
  if (!hasRun || (success && success.ageSeconds <= PERIOD_SECONDS[tier] * LATE_FACTOR)) return [];
  const message = success
    ? `the ${tier} tier last went well ${Math.floor(success.ageSeconds / 3600)} h ago`
    : `the ${tier} tier has not gone well in the runs kept`;
  return [{ code: 'VOPS-MAINTENANCE-LATE', severity: 'warning', message, hint: `viktoria-ops maintenance ${tier}` }];
}

const unreadableRecord = (path: string): Finding => ({
  code: 'VOPS-MAINTENANCE-RECORD',
  severity: 'warning',
  message: `the run record ${path} cannot be read and was left out`,
  hint: 'remove it when it is of no use to you',
});
