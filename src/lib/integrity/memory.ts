/** What is kept between runs of each check and journey: one bounded file each, under `integrity/<environment>/`. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import * as z from 'zod';
import type { Context } from '../context.js';
import { OperatorError } from '../errors.js';
import { ensurePrivateDirectory, readRegularFile, writeFileAtomic } from '../files/index.js';
import { STATES } from './decide.js';

const Time = z.iso.datetime();

const CheckRun = z.object({
  at: Time,
  state: z.enum(STATES),
  failing: z.number().nullable(),
  total: z.number().nullable(),
});
export type CheckRun = z.output<typeof CheckRun>;

const CheckMemory = z.object({
  /** Of the check as it was configured: another one knows nothing of these keys. */
  definition: z.string(),
  /** Since when rows have failed in every run that could tell; null when none failed last. */
  failingSince: Time.nullable(),
  /** Fingerprints of the rows that failed last. */
  keys: z.array(z.string()),
  isComplete: z.boolean(),
  /** Oldest first. */
  runs: z.array(CheckRun),
});
export type CheckMemory = z.output<typeof CheckMemory>;

const JourneyRun = z.object({
  at: Time,
  state: z.enum(STATES),
  /** In the order of the steps, up to the one that failed. */
  steps: z.array(z.object({ latencyMs: z.number(), isGood: z.boolean() })),
});
export type JourneyRun = z.output<typeof JourneyRun>;

const JourneyMemory = z.object({ failingSince: Time.nullable(), runs: z.array(JourneyRun) });
export type JourneyMemory = z.output<typeof JourneyMemory>;

/** Runs kept of each check and journey: three years of daily ones, ten days of one every quarter of an hour. */
const RUNS_KEPT = 1_000;
/** A run takes less than 200 bytes and a fingerprint less than 20; a journey has fifty steps at most, of 40 each. */
const LARGEST_FILE = 5_000_000;

export interface Memory {
  readonly check: (name: string) => Promise<CheckMemory | undefined>;
  readonly journey: (name: string) => Promise<JourneyMemory | undefined>;
  /** Without a place to remember, a check is as good as on its first day: that is a warning, and no error. */
  readonly keepCheck: (name: string, memory: CheckMemory) => Promise<void>;
  readonly keepJourney: (name: string, memory: JourneyMemory) => Promise<void>;
}

/** What it takes to read it; nothing is made for that. */
export type MemoryContext = Pick<Context, 'config' | 'log' | 'state'>;

export async function openMemory({ config, log, state }: MemoryContext): Promise<Memory> {
  const { stateDirectory, environment } = await config();
  const directory = join('integrity', environment);
  const read = async <T>(kind: string, name: string, schema: z.ZodType<T>): Promise<T | undefined> => {
    const file = join(stateDirectory, directory, `${kind}-${name}.json`);
    return parse(await readRegularFile(file, LARGEST_FILE).catch(absent), schema);
  };
  const write = async (kind: string, name: string, memory: CheckMemory | JourneyMemory) => {
    const place = join(await state(), directory);
    await ensurePrivateDirectory(place);
    const bounded = { ...memory, runs: memory.runs.slice(-RUNS_KEPT) };
    await writeFileAtomic(join(place, `${kind}-${name}.json`), `${JSON.stringify(bounded)}\n`);
  };
  const keep: typeof write = async (kind, name, memory) => {
    try {
      await write(kind, name, memory);
    } catch (error) {
      if (!(error instanceof OperatorError)) throw error;
      log.warn(`nothing is remembered of ${name}: ${error.message}`);
    }
  };
  return {
    check: (name) => read('check', name, CheckMemory),
    journey: (name) => read('journey', name, JourneyMemory),
    keepCheck: (name, memory) => keep('check', name, memory),
    keepJourney: (name, memory) => keep('journey', name, memory),
  };
}

/** Of anything that is plain data. */
export const definitionOf = (data: unknown): string =>
  createHash('sha256').update(JSON.stringify(data)).digest('hex').slice(0, 16);

/** Never written, or out of reach: both know nothing. Writing tells what is wrong. */
function absent(error: unknown): undefined {
  if (!(error instanceof OperatorError)) throw error;
}

function parse<T>(content: Buffer | undefined, schema: z.ZodType<T>): T | undefined {
  try {
    const parsed = schema.safeParse(JSON.parse(String(content)));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined; // not there, or not ours
  }
}
