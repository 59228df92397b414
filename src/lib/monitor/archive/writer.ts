/** Brings what waits in the outboxes into the archive, a little at a time, and never lets the application feel it. */
import { hostname } from 'node:os';
import { withDeadline } from '../deadline.js';
import type { Database, Query } from './database.js';
import { migrate } from './migrations.js';
import { dropOld } from './retention.js';
import { type Outboxes, TABLES, toJson } from './tables.js';

export interface WriterOptions {
  readonly database: Database;
  readonly outboxes: Outboxes;
  readonly instance: string;
  /** ms since 1970. */
  readonly startedAt: number;
  /** Of viktoria-ops. */
  readonly version: string;
  /** Told once when writing begins to fail, and once when it works again. */
  readonly onNotice: (message: string) => void;
  readonly onFirstWrite?: () => void;
  readonly intervalMs?: number;
}

export interface WriterState {
  /** ms since 1970; undefined before the first success. */
  readonly lastWrittenAt: number | undefined;
  /** Why nothing is written now. */
  readonly failure: string | undefined;
  /** Rows given up because they could not be written in time. */
  readonly dropped: number;
}

export interface Writer {
  readonly start: () => void;
  /** Writes what waits, once more, within a bounded time; nothing when it was not started. */
  readonly stop: () => Promise<void>;
  /** Resolves when all that waited is written, or writing failed. */
  readonly flush: () => Promise<void>;
  readonly state: () => WriterState;
}

const INTERVAL_MS = 10_000;
const LONGEST_PAUSE_MS = 60_000;
const RETENTION_EVERY_MS = 3_600_000;
const LAST_FLUSH_MS = 2_000;
/** One statement's worth. */
const ROWS_AT_ONCE = 1_000;

export function createWriter(options: WriterOptions): Writer {
  const health = createHealth(options);
  const write = createWrite(options);
  let timer: NodeJS.Timeout | undefined;
  let underWay: Promise<void> | undefined;

  const flush = () => {
    underWay ??= write()
      .then(health.succeeded, health.failed)
      .finally(() => {
        underWay = undefined;
      });
    return underWay;
  };
  const schedule = () => {
    timer = setTimeout(() => void flush().then(() => timer && schedule()), health.pauseMs()).unref();
  };
  return {
    start() {
      if (timer) return;
      schedule();
      void flush();
    },
    async stop() {
      if (!timer) return;
      clearTimeout(timer);
      timer = undefined;
      // One that began earlier does not hold what was recorded since.
      const last = async () => {
        await underWay;
        await flush();
      };
      await withDeadline(last, LAST_FLUSH_MS).catch(() => undefined);
    },
    flush,
    state: health.state,
  };
}

/** How writing goes, told when it changes; tried less often while it fails. */
function createHealth({ outboxes, onNotice, onFirstWrite, intervalMs = INTERVAL_MS }: WriterOptions) {
  let lastWrittenAt: number | undefined;
  let failure: string | undefined;
  let pauseMs = intervalMs;
  return {
    succeeded: () => {
      if (failure) onNotice('history is written again');
      if (lastWrittenAt === undefined) onFirstWrite?.();
      failure = undefined;
      lastWrittenAt = Date.now();
      pauseMs = intervalMs;
    },
    failed: (error: unknown) => {
      const reason = error instanceof Error ? error.message || error.name : String(error);
      if (!failure) onNotice(`history is kept in memory until it can be written: ${reason}`);
      failure = reason;
      pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2);
    },
    pauseMs: () => pauseMs,
    state: () => ({
      lastWrittenAt,
      failure,
      dropped: Object.values(outboxes).reduce((sum, outbox) => sum + outbox.dropped(), 0),
    }),
  };
}

/** The schema first, then all that waits, and once an hour what is too old. */
function createWrite(options: WriterOptions): () => Promise<void> {
  const { database } = options;
  let isMigrated = false;
  let tidiedAt = Number.NEGATIVE_INFINITY;
  return async () => {
    if (!isMigrated) await database.transaction(migrate);
    isMigrated = true;
    await writeAll(options);
    if (performance.now() - tidiedAt < RETENTION_EVERY_MS) return;
    await database.transaction(dropOld);
    tidiedAt = performance.now();
  };
}

const HEARTBEAT = `
insert into viktoria_ops.instances (id, host, pid, version, started_at, seen_at)
values ($1, $2, $3, $4, $5, now()) on conflict (id) do update set seen_at = now()`;

async function writeAll({ database, outboxes, instance, startedAt, version }: WriterOptions): Promise<void> {
  await database.transaction(async (query) => {
    await query(HEARTBEAT, [instance, hostname(), process.pid, version, new Date(startedAt)]);
  });
  for (const name of ['rollups', 'events', 'flags'] as const) await drain(database, { name, outboxes, instance });
}

interface Draining {
  readonly name: keyof Outboxes;
  readonly outboxes: Outboxes;
  readonly instance: string;
}

/** One transaction a batch; rows are settled when theirs is committed. */
async function drain(database: Database, { name, outboxes, instance }: Draining): Promise<void> {
  // The table and the outbox of one name hold the same rows; the compiler cannot follow the name through both.
  const [table, outbox] = [TABLES[name], outboxes[name]] as unknown as [(typeof TABLES)['events'], Outboxes['events']];
  for (let rows = outbox.take(ROWS_AT_ONCE); rows.length > 0; rows = outbox.take(ROWS_AT_ONCE)) {
    const values = [toJson(table, rows), instance];
    await database.transaction((query: Query) => query(table.statement, values));
    outbox.settle(rows);
    if (rows.length < ROWS_AT_ONCE) return; // what came meanwhile has time until the next beat
  }
}
