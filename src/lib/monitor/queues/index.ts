/** Background jobs of whatever library: one status made of every source. */
import * as z from 'zod';
import type { JobStatus } from '../../contract/index.js';
import { withDeadline } from '../deadline.js';
import { oneQuestionAtATime } from '../limits.js';
import { BullmqOptions, openBullmq } from './bullmq.js';
import { GraphileWorkerOptions, openGraphileWorker } from './graphile-worker.js';
import { openPgBoss, PgBossOptions } from './pg-boss.js';
import { type JobState, type QueueReading, type QueueSource, type RunSql, sumsOf } from './source.js';
import { openSql, SqlOptions } from './sql.js';

export { type BullmqQueue, fromBullmq } from './bullmq.js';
export type { QueueReading, QueueSource } from './source.js';

export const QueueOptions = z.discriminatedUnion('type', [
  PgBossOptions,
  GraphileWorkerOptions,
  BullmqOptions,
  SqlOptions,
]);
export type QueueOptions = z.output<typeof QueueOptions>;

/** Looked for where nobody said which: both live in the application's own database. */
const USUAL: readonly QueueOptions[] = [
  { type: 'pg-boss', schema: 'pgboss' },
  { type: 'graphile-worker', schema: 'graphile_worker' },
];

export interface QueuesOptions {
  readonly sources?: readonly QueueOptions[] | undefined;
  /** Undefined without a PostgreSQL: sources that need one cannot be read. */
  readonly runSql?: RunSql | undefined;
  /** A file of the application, for its own packages. */
  readonly resolveFrom: string;
}

export interface Queues {
  /** Adds a source; returns the undo. */
  readonly register: (source: QueueSource) => () => void;
  /** Of all sources. Rejects when there are some and none can be read. */
  readonly status: () => Promise<JobStatus>;
  readonly close: () => Promise<void>;
}

const READ_DEADLINE_MS = 700;
/** A reading that nobody waits for any more still holds one of few connections; after so long it may never end. */
const GIVEN_UP_AFTER_MS = 10_000;

type Read = QueueSource['read'];

export function createQueues({ sources = USUAL, runSql, resolveFrom }: QueuesOptions): Queues {
  const unavailable: RunSql = () => Promise.reject(new Error('there is no PostgreSQL to ask'));
  const registered = new Map<QueueSource, Read>();
  const register = (source: QueueSource) =>
    void registered.set(
      source,
      oneQuestionAtATime(GIVEN_UP_AFTER_MS, () => source.read()),
    );
  if (runSql || sources !== USUAL) {
    for (const source of sources) register(open(source, runSql ?? unavailable, resolveFrom));
  }
  let underWay: Promise<JobStatus> | undefined;
  return {
    register(source) {
      register(source);
      return () => void registered.delete(source);
    },
    status() {
      // However many ask at once, the database is asked once.
      underWay ??= readAll([...registered]).finally(() => {
        underWay = undefined;
      });
      return underWay;
    },
    async close() {
      const closing = [...registered.keys()].map((source) => withDeadline(() => source.close?.(), READ_DEADLINE_MS));
      await Promise.allSettled(closing);
    },
  };
}

function open(source: QueueOptions, runSql: RunSql, resolveFrom: string): QueueSource {
  if (source.type === 'pg-boss') return openPgBoss(source, runSql);
  if (source.type === 'graphile-worker') return openGraphileWorker(source, runSql);
  return source.type === 'sql' ? openSql(source, runSql) : openBullmq(source, resolveFrom);
}

async function readAll(sources: readonly (readonly [QueueSource, Read])[]): Promise<JobStatus> {
  const read = await Promise.all(sources.map(readSource));
  const present = read.filter((result) => 'reason' in result || result.reading !== undefined);
  const failed = present.find((result) => 'reason' in result);
  if (failed && present.every((result) => 'reason' in result)) throw failed.reason;
  return merge(present);
}

type SourceResult =
  | { readonly name: string; readonly reading: QueueReading | undefined }
  | { readonly name: string; readonly reason: Error };

const readSource = async ([{ name }, read]: readonly [QueueSource, Read]): Promise<SourceResult> => {
  try {
    return { name, reading: checked(await withDeadline(read, READ_DEADLINE_MS)) };
  } catch (error) {
    return { name, reason: error instanceof Error ? error : new Error(String(error)) };
  }
};

const Counts = z.record(z.string(), z.number().min(0));
const Figure = z.number().nullable();
const Reading = z.object({
  states: Counts,
  readyByType: Counts,
  oldestReadyAgeSeconds: Figure,
  processedPerMinute: Figure,
  completed: Figure,
  averageProcessingMs: Figure,
});

/** A source of the application may be of code that no compiler has seen. */
function checked(reading: unknown): QueueReading | undefined {
  const parsed = Reading.optional().safeParse(reading ?? undefined);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new Error(`${issue?.path.join('.')}: ${issue?.message}`);
}

function merge(results: readonly SourceResult[]): JobStatus {
  const readings = results.flatMap((result) => ('reading' in result && result.reading ? [result.reading] : []));
  const jobsByState = sumsOf(readings.flatMap(({ states }) => Object.entries(states)));
  const known = (of: (reading: QueueReading) => number | null) => readings.map(of).filter((value) => value !== null);
  const sum = (values: readonly number[]) => (values.length === 0 ? null : values.reduce((a, b) => a + b, 0));
  const ages = known(({ oldestReadyAgeSeconds }) => oldestReadyAgeSeconds);
  return {
    queueSize: jobsByState.ready ?? 0,
    processingRate: sum(known(({ processedPerMinute }) => processedPerMinute)),
    completedJobs: sum(known(({ completed }) => completed)),
    failedJobs: jobsByState.failed ?? 0,
    averageProcessingTime: meanTime(readings),
    jobsByType: sumsOf(readings.flatMap(({ readyByType }) => Object.entries(readyByType))),
    jobsByState: { ...NO_JOBS, ...jobsByState },
    oldestReadyAgeSeconds: ages.length === 0 ? null : Math.max(...ages),
    sources: Object.fromEntries(
      results.map((result, index) => [
        nameOf(results, index),
        'reason' in result ? `cannot be read: ${result.reason.message}` : 'ok',
      ]),
    ),
  };
}

/** Two of one library are told apart: one that cannot be read must not be hidden behind one that can. */
function nameOf(results: readonly SourceResult[], index: number): string {
  const name = results[index]?.name ?? '';
  const count = results.slice(0, index + 1).filter((result) => result.name === name).length;
  return count === 1 ? name : `${name} #${count}`;
}

const NO_JOBS: Readonly<Record<JobState, number>> = {
  ready: 0,
  scheduled: 0,
  active: 0,
  completed: 0,
  failed: 0,
  cancelled: 0,
};

/** Each source's mean by its number of jobs. */
function meanTime(readings: readonly QueueReading[]): number | null {
  const timed = readings.flatMap(({ averageProcessingMs: mean, completed }) =>
    mean === null || !completed ? [] : [{ mean, completed }],
  );
  const jobs = timed.reduce((total, { completed }) => total + completed, 0);
  return jobs === 0 ? null : timed.reduce((total, { mean, completed }) => total + mean * completed, 0) / jobs;
}
