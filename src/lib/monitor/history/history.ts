/** What is known of a period: what this process saw, and what the archive has of earlier runs and other instances. */
import type { HookError } from '../../contract/index.js';
import type { Archive } from '../archive/index.js';
import { withDeadline } from '../deadline.js';
import type { Rollup } from './ledger.js';
import { coverageOf, MINUTE_MS, type ObservedWindow, type Period, piecesOf } from './periods.js';
import type { Counter, Recorded } from './recorder.js';

/** What was seen of a period. */
interface Observation {
  readonly window: ObservedWindow;
  readonly rollups: readonly Rollup[];
  /** When processes of the application started in it, ms since 1970, oldest first. */
  readonly starts: readonly number[];
  /** False where the archive did not answer: others and what is long ago are missing. */
  readonly isWhole: boolean;
}

/** What reports are made from. */
export interface History {
  readonly observe: (period: Period) => Promise<Observation>;
  /** Newest first. */
  readonly errors: (limit: number) => Promise<readonly HookError[]>;
  /** By this process alone, without waiting: minutes of the last hour. */
  readonly own: (period: Period) => readonly Rollup[];
  readonly counters: () => readonly Counter[];
  readonly isComplete: () => boolean;
}

export interface HistoryOptions {
  readonly recorded: Recorded;
  readonly instance: string;
  /** ms since 1970. */
  readonly startedAt: number;
  /** Undefined while there is none. */
  readonly archive: () => Archive | undefined;
  /** Told when the archive does not answer; reports then speak of this process alone, with the coverage it has. */
  readonly onError?: ((error: unknown) => void) | undefined;
}

const DEADLINE_MS = 3_000;

export function createHistory({ recorded, instance, startedAt, archive, onError }: HistoryOptions): History {
  const ask = async <T>(question: (archive: Archive) => Promise<T>): Promise<T | undefined> => {
    const answering = archive();
    if (!answering) return undefined;
    return withDeadline(() => question(answering), DEADLINE_MS).catch((error: unknown) => {
      onError?.(error);
      return undefined;
    });
  };
  return {
    async observe(period) {
      const pieces = piecesOf(period);
      const kept = await ask(async (answering) => ({
        rollups: await answering.rollups(pieces),
        watched: await answering.watched(period),
      }));
      const own = pieces.flatMap((piece) => recorded.ledger.read(piece.step, piece));
      // Our own figures of a period are never older than what we sent of it.
      const ours = new Set(own.map(identityOf));
      const others = kept?.rollups.filter((rollup) => rollup.instance !== instance || !ours.has(identityOf(rollup)));
      const heldSince = kept ? startedAt : Math.max(startedAt, recorded.ledger.heldSince());
      const coverage = coverageOf(period, [...(kept?.watched ?? []), { from: heldSince, to: period.to }]);
      const { from, to } = period;
      const window = { from: new Date(from).toISOString(), to: new Date(to).toISOString(), coverage };
      const starts = startsIn(period, kept?.watched ?? [], startedAt);
      const isWhole = kept !== undefined || archive() === undefined;
      return { window, rollups: [...(others ?? []), ...own], starts, isWhole };
    },
    async errors(limit) {
      const kept = await ask((answering) => answering.errors(limit));
      const byId = new Map([...recorded.errors(), ...(kept ?? [])].map((entry) => [entry.id, entry]));
      const newestFirst = [...byId.values()].sort((a, b) => Date.parse(b.timestamp) - Date.parse(a.timestamp));
      return newestFirst.slice(0, limit).map(({ id: _id, ...error }) => error);
    },
    own: ({ from, to }) => recorded.ledger.read('minute', { from: Math.floor(from / MINUTE_MS) * MINUTE_MS, to }),
    counters: recorded.counters,
    isComplete: recorded.isComplete,
  };
}

function startsIn({ from, to }: Period, watched: readonly Period[], ownStart: number): number[] {
  const starts = new Set([...watched.map((interval) => Math.round(interval.from)), ownStart]);
  return [...starts].filter((start) => start >= from && start < to).sort((a, b) => a - b);
}

const identityOf = ({ step, from }: Rollup): string => `${step} ${from}`;
