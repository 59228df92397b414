/** Past runs: did it run at all, and how did it end? */
import { join } from 'node:path';
import * as z from 'zod';
import { listEnvironments } from '../config/index.js';
import type { Context } from '../context.js';
import { Status } from '../contract/index.js';
import { lockingRun } from '../process/index.js';
import { conclude, type Finding, type Outcome } from '../status.js';
import { judgePast, readPast, Success, TIERS } from './past.js';
import { readRecords, recordFile, runsDirectory } from './runs.js';

export const HistoryFlags = z.object({
  tier: z.enum(TIERS).optional(),
  limit: z.coerce.number().int().min(1).max(1000).default(20),
});

const Run = z.strictObject({
  tier: z.string(),
  environment: z.string(),
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
  /** Of each tier in each environment of the configuration. */
  lastSuccess: z.array(Success),
});
export type HistoryResult = z.output<typeof HistoryResult>;

/** Lists the newest runs; a warning for a tier whose last success is too long ago, listed or not. */
export async function listRuns(
  context: Pick<Context, 'config' | 'now'>,
  flags: z.output<typeof HistoryFlags>,
): Promise<Outcome<HistoryResult>> {
  const { stateDirectory, file } = await context.config();
  const directory = runsDirectory(stateDirectory);
  const { records, unreadable } = await readRecords(directory, flags);
  const isOpen = records.some(({ status }) => status === null);
  const running = isOpen ? await lockingRun(join(stateDirectory, 'lock')) : undefined;
  const runs = records.map((record) => ({
    tier: record.tier,
    environment: record.environment,
    runId: record.runId,
    startedAt: record.startedAt,
    durationMs: record.durationMs,
    // Only one run holds the lock: another record without an end is of one that was killed.
    status: record.status ?? (record.runId === running ? ('running' as const) : ('interrupted' as const)),
    troubled: record.steps.filter(({ status }) => !['ok', 'skipped', 'warning'].includes(status)).map(({ id }) => id),
    recordFile: recordFile(directory, record),
  }));
  const asked = {
    tiers: flags.tier ? [flags.tier] : TIERS,
    environments: ['default', ...(await listEnvironments(file))],
  };
  const past = await readPast(directory, asked, context.now());
  const lastSuccess = past.flatMap(({ success }) => success ?? []);
  return conclude({ runs, lastSuccess }, [...past.flatMap(judgePast), ...unreadable.map(unreadableRecord)]);
}

const unreadableRecord = (path: string): Finding => ({
  code: 'VOPS-MAINTENANCE-RECORD',
  severity: 'warning',
  message: `the run record ${path} cannot be read and was left out`,
  hint: 'remove it when it is of no use to you',
});
