/** Shows the logs of a directory as they are written, over every rotation. */
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import * as z from 'zod';
import type { Context } from '../../context.js';
import { abortReason } from '../../errors.js';
import { fileError, withDirectoryToRead } from '../../files/index.js';
import { conclude, type Finding, type Outcome } from '../../status.js';
import { LEVELS } from '../entries/levels.js';
import { parseEntry } from '../entries/parse-entry.js';
import { TimeReader } from '../entries/time-reader.js';
import { createZone } from '../entries/zone.js';
import { patternToRegExp } from '../names.js';
import { createFilter, type Wanted } from './filter.js';
import { Followers, type Written } from './followers.js';
import { recordOf, type TailRecord } from './record.js';

export const TailFlags = z.object({
  lines: z.coerce.number().int().min(0).max(100_000).default(10),
  follow: z.boolean().default(true),
  level: z.enum(LEVELS).optional(),
  grep: z.string().min(1).refine(isPattern, { error: 'expected a regular expression' }).optional(),
  hook: z.string().min(1).optional(),
  directory: z.string().min(1).optional(),
  pattern: z.string().min(1).optional(),
});
export type TailFlags = z.output<typeof TailFlags>;

export const LogTail = z.strictObject({ directory: z.string(), shown: z.number() });
export type LogTail = z.output<typeof LogTail>;

type TailContext = Pick<Context, 'config' | 'cwd' | 'emit' | 'elapsed' | 'signal' | 'log'>;

/** How often is looked for more. */
const POLL_MS = 200;

/**
 * Emits the last lines of each log, then every line that is written, until nobody reads them. A log that cannot be opened
 * is a finding, and a warning at once.
 * Errors: `VOPS-FILE`; the reason of the signal, which is how following usually ends.
 */
export async function tailLogs(context: TailContext, flags: TailFlags): Promise<Outcome<LogTail>> {
  const { logs } = await context.config();
  const directory = resolve(context.cwd, flags.directory ?? logs.directory);
  const pattern = patternToRegExp(flags.pattern ?? logs.pattern);
  const findings: Finding[] = [];
  const onUnreadable = (name: string, error: unknown) => {
    const { message } = fileError('read', join(directory, name), error);
    context.log.warn(message);
    findings.push({ code: 'VOPS-LOGS-PARTIAL', severity: 'error', message });
  };
  return withDirectoryToRead(directory, async (held) => {
    const followers = new Followers(held, pattern, onUnreadable);
    const shown = createShown(context, flags);
    try {
      const before = await followers.begin(shown.isEnough);
      if (await shown.last(before)) await goOn(context, { followers, shown, flags });
      return conclude({ directory, shown: shown.count() }, findings);
    } catch (error) {
      throw context.signal.aborted ? abortReason(context.signal) : fileError('read the logs in', directory, error);
    } finally {
      await followers.close();
    }
  });
}

function isPattern(text: string): boolean {
  try {
    return new RegExp(text, 'u') instanceof RegExp;
  } catch {
    return false;
  }
}

interface Following {
  readonly followers: Followers;
  readonly shown: Shown;
  readonly flags: TailFlags;
}

async function goOn({ signal, elapsed, log }: TailContext, { followers, shown, flags }: Following): Promise<void> {
  if (!flags.follow) return void (await shown.all(followers.rest()));
  log.info('waiting for more');
  while (await shown.all(await followers.poll(elapsed()))) {
    await pause(POLL_MS, undefined, { signal });
  }
}

interface Shown {
  /** Emits what is wanted; false once nobody reads. */
  readonly all: (written: readonly Written[]) => Promise<boolean>;
  /** Whether there are as many wanted ones among these lines as are to be shown. */
  readonly isEnough: (written: Written) => boolean;
  /** Of each file the last ones that are wanted, all in the order of their times. */
  readonly last: (written: readonly Written[]) => Promise<boolean>;
  readonly count: () => number;
}

function createShown({ emit }: TailContext, { level, grep, hook, lines: number }: TailFlags): Shown {
  const wanted: Wanted = { level, hook, grep: grep === undefined ? undefined : new RegExp(grep, 'u') };
  const times = new TimeReader(createZone());
  const filters = new Map<string, (record: TailRecord) => boolean>();
  let count = 0;
  const recordsOf = ({ file, lines }: Written) => lines.map((line) => recordOfLine(file.name, line, times));
  const pick = (written: Written): TailRecord[] => {
    const { identity } = written.file;
    const filter = filters.get(identity) ?? createFilter(wanted);
    filters.set(identity, filter);
    return recordsOf(written).filter(filter);
  };
  const emitAll = async (records: readonly TailRecord[]) => {
    let isRead = true;
    for (const record of records) {
      if (!isRead) return false;
      isRead = await emit(record);
      count++;
    }
    return isRead;
  };
  return {
    all: (written) => emitAll(written.flatMap(pick)),
    isEnough: (written) => recordsOf(written).filter(createFilter(wanted)).length >= number,
    last: (written) => emitAll(inOrder(written.map((part) => (number === 0 ? [] : pick(part).slice(-number))))),
    count: () => count,
  };
}

function recordOfLine(file: string, line: string, times: TimeReader): TailRecord {
  const bytes = Buffer.from(`${line}\n`);
  return recordOf(file, line, parseEntry(bytes, { start: 0, end: bytes.length - 1 }, times));
}

/** Files merged by time; a line without one stays behind the one before it. */
function inOrder(files: readonly (readonly TailRecord[])[]): TailRecord[] {
  const timed = files.flatMap((records) => {
    let time = '';
    return records.map((record) => ({ record, time: (time = record.time ?? time) }));
  });
  return timed.sort((a, b) => (a.time < b.time ? -1 : Number(a.time > b.time))).map(({ record }) => record);
}
