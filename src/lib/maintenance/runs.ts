/** Run records: one JSON file a run of a tier, written at its start and again at its end. Bounded per tier. */
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { CLOCKS_DIFFER_MS } from '../clocks.js';
import { Finding, Status } from '../contract/findings.js';
import { systemCode } from '../errors.js';
import { ensurePrivateDirectory, fileError, readRegularFile, writeFileAtomic } from '../files/index.js';
import { type Step, StepReport } from '../pipeline.js';
import type { Outcome } from '../status.js';
import { type Look, textReport } from '../terminal/report.js';
import { createTheme } from '../terminal/theme.js';
import type { TierResult } from './conclude.js';

export const RunRecord = z.strictObject({
  schemaVersion: z.literal(1),
  tier: z.string(),
  /** Of the configuration; records of an earlier version do not tell. */
  environment: z.string().default('default'),
  runId: z.string(),
  host: z.string(),
  pid: z.number(),
  startedAt: z.iso.datetime(),
  /** null while the run goes on, and for ever when it was killed. */
  endedAt: z.iso.datetime().nullable(),
  durationMs: z.number().nullable(),
  status: Status.nullable(),
  steps: z.array(StepReport),
  findings: z.array(Finding),
});
export type RunRecord = z.output<typeof RunRecord>;

const MAX_RECORD_BYTES = 50_000_000;

/** How a tier is reported, in text and as a page. */
export interface Report extends Omit<Look<TierResult>, 'title'> {
  readonly steps: readonly Step[];
  /** Such as `maintenance weekly on web-1`. */
  readonly title: string;
  readonly startedAt: string;
}

export const runsDirectory = (stateDirectory: string): string => join(stateDirectory, 'runs');

/** Path of a record; the human report lies beside it as `.txt`. Sorts by time, to the millisecond: quick runs follow each other within a second. */
export const recordFile = (directory: string, { startedAt, tier, runId }: RunRecord): string =>
  join(directory, `${startedAt.replace(/[-:.]/g, '')}-${tier}-${runId}.json`);

/** Writes the record whole or not at all. */
export async function writeRecord(directory: string, record: RunRecord): Promise<string> {
  await ensurePrivateDirectory(directory);
  const file = recordFile(directory, record);
  await writeFileAtomic(file, `${JSON.stringify(record, null, 2)}\n`);
  return file;
}

/** The file of another form beside a record. */
export const besides = (record: string, extension: 'txt' | 'html'): string => record.replace(/json$/, extension);

/** The report beside the record: what `maintenance <tier>` shows, for people without the program at hand. */
export async function writeReport(record: string, outcome: Outcome<TierResult>, report: Report): Promise<void> {
  const theme = await createTheme({ color: false, layout: 'aligned' });
  const { steps, summary, title, startedAt } = report;
  const look = { ...report, title: `${title}, ${startedAt}` };
  await writeFileAtomic(besides(record, 'txt'), textReport(outcome, look, theme));
  if (outcome.result.pageFile === null) return;
  const { tierPage } = await import('./page.js');
  const page = tierPage(outcome, { steps, title, startedAt, summary: summary(outcome.result), theme });
  await writeFileAtomic(outcome.result.pageFile, page);
}

/** The newest `limit` records, newest first; what cannot be read is left out and named. */
export async function readRecords(
  directory: string,
  { limit, tier }: { readonly limit: number; readonly tier?: string | undefined },
): Promise<{ records: RunRecord[]; unreadable: string[] }> {
  const names = (await recordNames(directory, tier)).reverse().slice(0, limit);
  const read = await Promise.all(names.map((name) => readRecord(join(directory, name))));
  return {
    records: read.flatMap((record) => (typeof record === 'string' ? [] : [record])),
    unreadable: read.filter((record) => typeof record === 'string'),
  };
}

/**
 * The records of the tier, the newest first. What cannot be read is passed over, and so are runs of the future: one of a
 * clock that was wrong would be the last one for years.
 */
export async function* readBack(directory: string, tier: string, now: Date): AsyncGenerator<RunRecord> {
  for (const name of (await recordNames(directory, tier)).reverse()) {
    const record = await readRecord(join(directory, name));
    if (typeof record !== 'string' && Date.parse(record.startedAt) <= +now + CLOCKS_DIFFER_MS) yield record;
  }
}

async function readRecord(path: string): Promise<RunRecord | string> {
  try {
    return RunRecord.parse(JSON.parse((await readRegularFile(path, MAX_RECORD_BYTES)).toString('utf8')));
  } catch {
    return path;
  }
}

/** Names of the tier's records, oldest first; the only files here we made. Errors: `VOPS-FILE`. */
async function recordNames(directory: string, tier = '[a-z]+'): Promise<string[]> {
  const pattern = new RegExp(`^\\d{8}T\\d{9}Z-${tier}-[0-9a-f]+\\.json$`);
  try {
    return (await readdir(directory)).filter((name) => pattern.test(name)).sort();
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return [];
    throw fileError('read', directory, error);
  }
}

/** Deletes all but the newest `keep` records of the tier, with their reports. */
export async function pruneRecords(directory: string, tier: string, keep: number): Promise<void> {
  const names = await recordNames(directory, tier);
  for (const name of names.slice(0, Math.max(0, names.length - keep))) {
    await rm(join(directory, name), { force: true });
    for (const form of ['txt', 'html'] as const) await rm(join(directory, besides(name, form)), { force: true });
  }
}
