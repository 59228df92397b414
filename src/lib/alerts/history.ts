/** What became different, line by line: the journal behind `alerts history`. */
import { rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import type { Context } from '../context.js';
import { systemCode } from '../errors.js';
import { appendLines, readRegularFile } from '../files/index.js';
import { conclude, type Outcome } from '../status.js';
import { Duration } from '../units.js';
import { Transition } from './engine/index.js';

/** Some 20,000 lines; one older file of that size is kept beside it. */
const MAX_BYTES = 5_000_000;
const MAX_READ_BYTES = 2 * MAX_BYTES;

const fileOf = (directory: string) => join(directory, 'history.jsonl');
const olderFileOf = (directory: string) => join(directory, 'history.1.jsonl');

/** Keeps the transitions. `directory` is `<state>/alerts`. Errors: `VOPS-FILE`, `VOPS-DISK-FULL`. */
export async function recordTransitions(directory: string, transitions: readonly Transition[]): Promise<void> {
  if (transitions.length === 0) return;
  const path = fileOf(directory);
  if ((await sizeOf(path)) > MAX_BYTES) await rename(path, olderFileOf(directory));
  await appendLines(path, transitions);
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return 0;
    throw error;
  }
}

export const HistoryFlags = z.object({
  rule: z.string().optional(),
  since: Duration.optional(),
  limit: z.coerce.number().int().min(1).max(10_000).default(50),
});
export type HistoryFlags = z.output<typeof HistoryFlags>;

export const AlertHistory = z.object({
  /** Newest first. */
  transitions: z.array(Transition),
  /** That match, with those beyond the limit. */
  total: z.number(),
  /** Lines that are none: cut short by a crash. */
  unreadable: z.number(),
});
export type AlertHistory = z.output<typeof AlertHistory>;

/** Reads what is kept. Errors: `VOPS-FILE`. */
export async function listHistory(
  { state, now }: Pick<Context, 'state' | 'now'>,
  { rule, since, limit }: HistoryFlags,
): Promise<Outcome<AlertHistory>> {
  const directory = join(await state(), 'alerts');
  const lines = [...(await linesOf(olderFileOf(directory))), ...(await linesOf(fileOf(directory)))];
  const read = lines.map(parseLine);
  const from = since === undefined ? '' : new Date(now().getTime() - since).toISOString();
  const found = read
    .filter((line) => line !== undefined)
    .filter((line) => (rule === undefined || line.rule === rule) && line.at >= from)
    .reverse();
  const unreadable = read.filter((line) => line === undefined).length;
  return conclude({ transitions: found.slice(0, limit), total: found.length, unreadable });
}

async function linesOf(path: string): Promise<string[]> {
  try {
    const text = (await readRegularFile(path, MAX_READ_BYTES)).toString('utf8');
    return text.split('\n').filter((line) => line !== '');
  } catch (error) {
    if (error instanceof Error && systemCode(error.cause) === 'ENOENT') return [];
    throw error;
  }
}

function parseLine(line: string): Transition | undefined {
  try {
    return Transition.parse(JSON.parse(line));
  } catch {
    return undefined;
  }
}
