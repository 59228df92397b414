/** What this process has seen, by minute, hour and day: all of it until the archive has it, then only what is asked for often. */
import type { Outbox } from '../archive/outbox.js';
import { DAY_MS, HOUR_MS, MINUTE_MS, type Period, STEP_MS, type Step, startOf } from './periods.js';
import { activityOf, type Cell, keyOf, mergeBySubject, type Tally, toCells } from './tally.js';

/** All counts of one period, which begins at `from` (ms since 1970). */
export interface Rollup {
  readonly step: Step;
  readonly from: number;
  readonly cells: readonly Cell[];
}

/** One cell of a rollup: an absolute figure, which takes the place of what was kept of it before. */
export interface RollupRow extends Omit<Rollup, 'cells'> {
  readonly cell: Cell;
}

/** The minute under way. */
export interface OpenMinute {
  readonly from: number;
  readonly tallies: readonly Tally[];
}

export interface Ledger {
  /** Takes over a finished minute, or more of one it has. */
  readonly close: (minute: OpenMinute) => void;
  /** Periods of the step that begin in this stretch, the one under way included. */
  readonly read: (step: Step, period: Period) => readonly Rollup[];
  /** The time since when nothing was forgotten. */
  readonly heldSince: () => number;
  /** What the archive does not have as it is now. */
  readonly outbox: Outbox<RollupRow>;
}

interface Kept {
  readonly from: number;
  /** By subject. Packed, which takes a tenth of the memory of tallies. */
  cells: ReadonlyMap<string, Cell>;
  /** Activity of each cell when the archive took it. */
  readonly archived: Map<string, number>;
}

/** Until the archive has a period, or where there is none: two weeks to compare one with the other. */
const KEPT_MS = { minute: 25 * HOUR_MS, hour: (14 * 24 + 1) * HOUR_MS, day: 15 * DAY_MS } as const;
/** Once it has: the error rate of the last hour is read from here, so that health needs no database. */
const KEPT_WHEN_ARCHIVED_MS = { minute: HOUR_MS + 2 * MINUTE_MS, hour: 2 * HOUR_MS, day: DAY_MS } as const;
const STEPS = ['minute', 'hour', 'day'] as const satisfies readonly Step[];

type Periods = Readonly<Record<Step, Map<number, Kept>>>;

/** @param open reads the minute under way */
export function createLedger(open: () => OpenMinute): Ledger {
  const periods: Periods = { minute: new Map(), hour: new Map(), day: new Map() };
  let dropped = 0;
  let heldSince = Number.NEGATIVE_INFINITY;
  const current = (step: Step) => withOpen(periods[step], step, open());

  return {
    close(minute) {
      for (const step of STEPS) {
        const kept = keptOf(periods[step], startOf(minute.from, STEP_MS[step]));
        kept.cells = grown(kept.cells, minute.tallies);
        for (const forgotten of forget(periods[step], step, minute.from)) {
          if (step === 'hour') heldSince = Math.max(heldSince, forgotten.from + HOUR_MS);
          if (isPending(forgotten)) dropped += 1;
        }
      }
    },
    read: (step, { from, to }) =>
      current(step)
        .filter((kept) => kept.from >= from && kept.from < to)
        .map((kept) => ({ step, from: kept.from, cells: [...kept.cells.values()] })),
    heldSince: () => heldSince,
    outbox: {
      take: (atMost) => firstOf(atMost, pendingRows(current)),
      settle(rows) {
        for (const { step, from, cell } of rows) {
          const isOpen = from === startOf(open().from, STEP_MS[step]);
          const kept = isOpen ? keptOf(periods[step], from) : periods[step].get(from);
          kept?.archived.set(keyOf(cell), activityOf(cell));
        }
      },
      dropped: () => dropped,
    },
  };
}

function keptOf(periods: Map<number, Kept>, from: number): Kept {
  const found = periods.get(from);
  if (found) return found;
  const made: Kept = { from, cells: new Map(), archived: new Map() };
  periods.set(from, made);
  return made;
}

/** Takes out what is too old, and returns it. */
function forget(periods: Map<number, Kept>, step: Step, now: number): Kept[] {
  const old = [...periods.values()].filter((kept) => {
    const keptMs = (isPending(kept) ? KEPT_MS : KEPT_WHEN_ARCHIVED_MS)[step];
    return kept.from <= now - keptMs;
  });
  for (const { from } of old) periods.delete(from);
  return old;
}

/** What is kept, with the minute under way added to the period it lies in. */
function withOpen(periods: ReadonlyMap<number, Kept>, step: Step, minute: OpenMinute): Kept[] {
  const kept = [...periods.values()];
  if (minute.tallies.length === 0) return kept;
  const from = startOf(minute.from, STEP_MS[step]);
  const { archived, cells } = periods.get(from) ?? { archived: new Map(), cells: new Map() };
  return [...kept.filter((period) => period.from !== from), { from, archived, cells: grown(cells, minute.tallies) }];
}

/** Cells the archive does not have as they are. */
function* pendingOf({ cells, archived }: Kept): Generator<Cell> {
  for (const [key, cell] of cells) if (archived.get(key) !== activityOf(cell)) yield cell;
}

function* pendingRows(current: (step: Step) => Kept[]): Generator<RollupRow> {
  for (const step of STEPS) {
    for (const kept of current(step)) for (const cell of pendingOf(kept)) yield { step, from: kept.from, cell };
  }
}

function firstOf<T>(atMost: number, items: Iterable<T>): T[] {
  const first: T[] = [];
  for (const item of items) if (first.push(item) === atMost) break;
  return first;
}

const isPending = (kept: Kept): boolean => !pendingOf(kept).next().done;

function grown(cells: ReadonlyMap<string, Cell>, tallies: readonly Tally[]): ReadonlyMap<string, Cell> {
  const merged = mergeBySubject(tallies, mergeBySubject(cells.values()));
  return new Map(toCells(merged.values()).map((cell) => [keyOf(cell), cell]));
}
