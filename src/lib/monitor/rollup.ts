/** What is remembered of hook runs: per period and hook, counts and sums that can be added without loss. */
import { addBins, addToBin, type Bins, binOf, packBins } from './quantiles.js';

export interface Hook {
  /** Such as `api::match.match`. */
  readonly contentType: string;
  /** Such as `afterUpdate`. */
  readonly operation: string;
}

/** `rejected` is input refused on purpose, `failed` anything else that was thrown. */
export type HookOutcome = 'ok' | 'rejected' | 'failed';

export interface HookRun extends Hook {
  readonly durationMs: number;
  /** Without the hooks it set off. */
  readonly ownMs: number;
  readonly outcome: HookOutcome;
  readonly error?: { readonly type: string; readonly message: string } | undefined;
}

/** Counts of one hook that are still growing. */
export interface Tally extends Hook {
  executions: number;
  rejected: number;
  failed: number;
  totalMs: number;
  ownMs: number;
  maxMs: number;
  readonly bins: Bins;
}

/** A tally as it is kept. */
export type Cell = Readonly<Omit<Tally, 'bins'>> & { readonly bins: Uint32Array };

/** All hooks of one period, which begins at `from` (ms since 1970). */
export interface Rollup {
  readonly from: number;
  readonly cells: readonly Cell[];
}

export type Tallies = Map<string, Tally>;

export const keyOf = ({ contentType, operation }: Hook): string => `${contentType}\n${operation}`;

function newTally({ contentType, operation }: Hook): Tally {
  const bins: Bins = new Map();
  return { contentType, operation, executions: 0, rejected: 0, failed: 0, totalMs: 0, ownMs: 0, maxMs: 0, bins };
}

/** The tally of a hook, made on first use. */
export function tallyOf(tallies: Tallies, hook: Hook): Tally {
  const key = keyOf(hook);
  const found = tallies.get(key);
  if (found) return found;
  const made = newTally(hook);
  tallies.set(key, made);
  return made;
}

export function addRun(tally: Tally, run: HookRun): void {
  tally.executions += 1;
  if (run.outcome !== 'ok') tally[run.outcome] += 1;
  tally.totalMs += run.durationMs;
  tally.ownMs += run.ownMs;
  tally.maxMs = Math.max(tally.maxMs, run.durationMs);
  addToBin(tally.bins, binOf(run.durationMs), 1);
}

function addCell(tally: Tally, cell: Cell | Tally): void {
  tally.executions += cell.executions;
  tally.rejected += cell.rejected;
  tally.failed += cell.failed;
  tally.totalMs += cell.totalMs;
  tally.ownMs += cell.ownMs;
  tally.maxMs = Math.max(tally.maxMs, cell.maxMs);
  addBins(tally.bins, cell.bins);
}

/** The tallies as a rollup; hooks that did not run leave nothing. */
export function toRollup(from: number, tallies: Tallies): Rollup {
  const ran = [...tallies.values()].filter(({ executions }) => executions > 0);
  return { from, cells: ran.map((tally) => ({ ...tally, bins: packBins(tally.bins) })) };
}

/** Adds every cell of the rollups to the tally of its hook. */
export function mergeByHook(rollups: Iterable<Rollup>, into: Tallies = new Map()): Tallies {
  for (const { cells } of rollups) for (const cell of cells) addCell(tallyOf(into, cell), cell);
  return into;
}

/** All hooks as one. */
export function mergeAll(cells: Iterable<Cell | Tally>): Tally {
  const all = newTally({ contentType: '*', operation: '*' });
  for (const cell of cells) addCell(all, cell);
  return all;
}
