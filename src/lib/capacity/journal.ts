/**
 * Own samples: a file a month, a sample a line, under `capacity/<environment>/` of the state directory. A line that a
 * crash cut short is passed over.
 */
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Context } from '../context.js';
import { systemCode } from '../errors.js';
import { appendLines, ensurePrivateDirectory, fileError, readRegularFile } from '../files/index.js';
import { Sample } from './sample.js';

/** A sample of a thousand tables every hour stays below it. */
const LARGEST_MONTH = 200_000_000;
const MONTH_FILE = /^\d{4}-\d{2}\.jsonl$/;

/** Where the samples of the configuration's environment lie, whether or not there are any. */
export async function journalDirectory({ config }: Pick<Context, 'config'>): Promise<string> {
  const { stateDirectory, environment } = await config();
  return join(stateDirectory, 'capacity', environment);
}

/** Adds samples, each to the month of its time. Errors: `VOPS-FILE…`, `VOPS-DISK-FULL`. */
export async function appendSamples(directory: string, samples: readonly Sample[]): Promise<void> {
  await ensurePrivateDirectory(directory);
  const months = new Map<string, Sample[]>();
  for (const sample of samples) {
    const month = sample.at.slice(0, 7);
    months.set(month, [...(months.get(month) ?? []), sample]);
  }
  for (const [month, of] of months) await appendLines(join(directory, `${month}.jsonl`), of);
}

/**
 * Removes all but the newest months up to that of the time. Later ones, of a clock that was wrong then or is now, take no
 * place of theirs.
 */
export async function pruneSamples(
  directory: string,
  { keepMonths, at }: { readonly keepMonths: number; readonly at: string },
): Promise<void> {
  const months = (await monthFiles(directory)).filter((name) => name.slice(0, 7) <= at.slice(0, 7));
  for (const name of months.slice(0, Math.max(0, months.length - keepMonths))) {
    await rm(join(directory, name), { force: true });
  }
}

/** Every sample, month by month; within a month as they were added. Errors: `VOPS-FILE`. */
export async function* readSamples(directory: string): AsyncGenerator<Sample> {
  for (const name of await monthFiles(directory)) {
    const text = (await readRegularFile(join(directory, name), LARGEST_MONTH)).toString('utf8');
    for (const line of text.split('\n')) {
      const sample = parse(line);
      if (sample) yield sample;
    }
  }
}

/** Names, oldest first. */
async function monthFiles(directory: string): Promise<string[]> {
  try {
    return (await readdir(directory)).filter((name) => MONTH_FILE.test(name)).sort();
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return [];
    throw fileError('read', directory, error);
  }
}

function parse(line: string): Sample | undefined {
  try {
    const parsed = Sample.safeParse(JSON.parse(line));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}
