/** KPIs of earlier runs, for the trend: one bounded file an environment. */
import { join } from 'node:path';
import * as z from 'zod';
import type { Context } from '../context.js';
import { OperatorError } from '../errors.js';
import { ensurePrivateDirectory, readRegularFile, writeFileAtomic } from '../files/index.js';
import { RequestCounts } from './requests.js';

const Entry = z.object({
  at: z.iso.datetime(),
  /** As asked for: figures of different windows are not compared. */
  window: z.string(),
  values: z.record(z.string(), z.number()),
  requests: RequestCounts.optional(),
});
export type Entry = z.output<typeof Entry>;

const History = z.array(Entry);

/** One an hour: six weeks, so that a month has one to be compared with. */
const ENTRIES_KEPT = 1_000;
const LARGEST_FILE = 5_000_000;
const HOUR_LENGTH = 'YYYY-MM-DDTHH'.length;

type HistoryContext = Pick<Context, 'config' | 'dryRun' | 'log' | 'state'>;

/** Oldest first; none where there is no file, or none that this version understands. */
export async function readHistory({ config }: Pick<Context, 'config'>): Promise<Entry[]> {
  const { stateDirectory, environment } = await config();
  try {
    const content = await readRegularFile(join(stateDirectory, 'kpi', `${environment}.json`), LARGEST_FILE);
    return History.safeParse(JSON.parse(content.toString('utf8'))).data ?? [];
  } catch (error) {
    if (error instanceof OperatorError || error instanceof SyntaxError) return [];
    throw error;
  }
}

/** Adds the entry, the first of its hour only. Without a place to keep it there is no trend, which is a warning. */
export async function keepEntry(
  { config, dryRun, log, state }: HistoryContext,
  history: readonly Entry[],
  entry: Entry,
): Promise<void> {
  const hourOf = ({ at, window }: Entry) => `${at.slice(0, HOUR_LENGTH)} ${window}`;
  if (dryRun || history.some((earlier) => hourOf(earlier) === hourOf(entry))) return;
  try {
    const directory = join(await state(), 'kpi');
    await ensurePrivateDirectory(directory);
    const kept = [...history, entry].slice(-ENTRIES_KEPT);
    const { environment } = await config();
    await writeFileAtomic(join(directory, `${environment}.json`), `${JSON.stringify(kept)}\n`);
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    log.warn(`no history of KPIs is kept: ${error.message}`);
  }
}

/** The newest entry of the period before: at least as old as the window is long. */
export function entryBefore(history: readonly Entry[], now: Date, windowMs: number): Entry | undefined {
  return history.findLast(({ at }) => Date.parse(at) <= now.getTime() - windowMs);
}
