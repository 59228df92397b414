/** Brings what waits in the outboxes into the archive, a little at a time, and never lets the application feel it. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { withDeadline } from '../deadline.js';
import { createDelivery, type Delivery, type DeliveryOptions } from './delivery.js';
import { beat } from './heartbeat.js';
import { migrate } from './migrations.js';
import { dropOld } from './retention.js';

export interface WriterOptions extends DeliveryOptions {
  /** ms since 1970. */
  readonly startedAt: number;
  /** Of viktoria-ops. */
  readonly version: string;
  readonly onFirstWrite?: () => void;
  readonly intervalMs?: number;
}

export interface WriterState {
  /** ms since 1970; undefined before the first success. */
  readonly lastWrittenAt: number | undefined;
  /** Why nothing is written now. */
  readonly failure: string | undefined;
  /** Rows given up because they could not be written in time, or not at all. */
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
const LONGEST_PAUSE_MS = 30_000;
const RETENTION_EVERY_MS = 3_600_000;
const LAST_FLUSH_MS = 2_000;

export function createWriter(options: WriterOptions): Writer {
  const delivery = createDelivery(options);
  const health = createHealth(options, delivery);
  // Whoever flushes may be within a hook, whose transaction would come along and never be let go.
  const outside = AsyncLocalStorage.snapshot();
  const write = createWrite(options, delivery);
  const attempt = () => outside(() => write().then(health.succeeded, health.failed));
  const { flush, finish } = oneAtATime(attempt);
  let timer: NodeJS.Timeout | undefined;

  const schedule = () => {
    const next = () => void flush().then(() => timer && schedule());
    timer = outside(() => setTimeout(next, health.pauseMs()).unref());
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
      await withDeadline(finish, LAST_FLUSH_MS).catch(() => undefined);
    },
    flush,
    state: health.state,
  };
}

function oneAtATime(work: () => Promise<void>) {
  let underWay: Promise<void> | undefined;
  const flush = () => {
    underWay ??= work().finally(() => {
      underWay = undefined;
    });
    return underWay;
  };
  return {
    /** Joins the one under way. */
    flush,
    /** Another one after it: that which began earlier does not hold what was recorded since. */
    finish: async () => {
      await underWay;
      await flush();
    },
  };
}

/** How writing goes, told when it changes; tried less often while it fails. */
function createHealth(options: WriterOptions, { refused }: Delivery) {
  const { outboxes, onNotice, onFirstWrite, intervalMs = INTERVAL_MS } = options;
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
      const reason = reasonOf(error);
      if (!failure) onNotice(`history is kept in memory until it can be written: ${reason}`);
      failure = reason;
      pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2);
    },
    pauseMs: () => pauseMs,
    state: () => ({
      lastWrittenAt,
      failure,
      dropped: Object.values(outboxes).reduce((sum, outbox) => sum + outbox.dropped(), refused()),
    }),
  };
}

/** The schema first, then all that waits, and now and then what is too old. */
function createWrite(options: WriterOptions, { deliver }: Delivery): () => Promise<void> {
  const { database, instance, startedAt, version } = options;
  const tidy = createTidy(options);
  let isMigrated = false;
  return async () => {
    if (!isMigrated) await database.transaction(migrate);
    // Looked for again after any failure: a schema may go when a backup is restored.
    isMigrated = false;
    await database.transaction((query) => beat(query, { id: instance, version, startedAt }));
    await deliver();
    isMigrated = true;
    await tidy();
  };
}

/** A batch a write until nothing old is left, then nothing for an hour. That it fails does not stop the writing. */
function createTidy({ database, onNotice }: WriterOptions): () => Promise<void> {
  let restUntil = Number.NEGATIVE_INFINITY;
  const rest = () => {
    restUntil = performance.now() + RETENTION_EVERY_MS;
  };
  return async () => {
    if (performance.now() < restUntil) return;
    try {
      if (await database.transaction(dropOld)) rest();
    } catch (error) {
      rest();
      onNotice(`old history could not be deleted: ${reasonOf(error)}`);
    }
  };
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message || error.name : String(error));
