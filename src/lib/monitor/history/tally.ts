/** What is counted of runs: per subject and period, counts and sums that can be added without loss. */
import { addBins, addToBin, type Bins, binOf, packBins } from '../../quantiles.js';

/** What is counted apart. */
export interface Subject {
  /** One run of a lifecycle function, or one action of the Document Service, which may set off several. */
  readonly kind: 'hook' | 'document';
  /** Such as `api::match.match`. */
  readonly contentType: string;
  /** Such as `afterUpdate`, or `publish`. */
  readonly operation: string;
  /** `model` for a content type's own lifecycle function, else the subscriber's name. */
  readonly source: string;
}

/** `rejected` is input refused on purpose, `failed` anything else that was thrown. */
export type RunOutcome = 'ok' | 'rejected' | 'failed';

export interface Run {
  readonly durationMs: number;
  /** Without the hooks it set off. */
  readonly ownMs: number;
  readonly outcome: RunOutcome;
  /** SQL statements of its own, and the time they took. */
  readonly queries: number;
  readonly queryMs: number;
}

/** Figures of two periods add up. */
const SUMS = [
  'executions',
  'rejected',
  'failed',
  /** Runs whose transaction was committed or rolled back; runs outside any transaction are neither. */
  'committed',
  'rolledBack',
  'totalMs',
  'ownMs',
  'queries',
  'queryMs',
] as const;

type Figures = Record<(typeof SUMS)[number] | 'maxMs', number>;

/** Figures of one subject that are still growing. */
export interface Tally extends Subject, Figures {
  readonly bins: Bins;
}

/** A tally as it is kept. */
export type Cell = Subject & Readonly<Figures> & { readonly bins: Uint32Array };

export type Tallies = Map<string, Tally>;

export const keyOf = ({ kind, contentType, operation, source }: Subject): string =>
  `${kind}\n${contentType}\n${operation}\n${source}`;

export function newTally({ kind, contentType, operation, source }: Subject): Tally {
  const bins: Bins = new Map();
  const counts = { executions: 0, rejected: 0, failed: 0, committed: 0, rolledBack: 0, queries: 0 };
  return { kind, contentType, operation, source, ...counts, totalMs: 0, ownMs: 0, queryMs: 0, maxMs: 0, bins };
}

export function addRun(tally: Tally, run: Run): void {
  tally.executions += 1;
  if (run.outcome !== 'ok') tally[run.outcome] += 1;
  tally.totalMs += run.durationMs;
  tally.ownMs += run.ownMs;
  tally.queries += run.queries;
  tally.queryMs += run.queryMs;
  if (run.durationMs > tally.maxMs) tally.maxMs = run.durationMs;
  addToBin(tally.bins, binOf(run.durationMs), 1);
}

function addCell(tally: Tally, cell: Cell | Tally): void {
  for (const sum of SUMS) tally[sum] += cell[sum];
  tally.maxMs = Math.max(tally.maxMs, cell.maxMs);
  addBins(tally.bins, cell.bins);
}

/** Tallies as they are kept; subjects of which nothing was counted leave nothing. */
export function toCells(tallies: Iterable<Tally>): Cell[] {
  const cells: Cell[] = [];
  for (const tally of tallies) if (activityOf(tally) > 0) cells.push({ ...tally, bins: packBins(tally.bins) });
  return cells;
}

/** Grows with everything that is counted, so two states of a period differ when this does. */
export const activityOf = (cell: Cell | Tally): number => cell.executions + cell.committed + cell.rolledBack;

/** Adds every cell to the tally of its subject. */
export function mergeBySubject(cells: Iterable<Cell | Tally>, into: Tallies = new Map()): Tallies {
  for (const cell of cells) {
    const key = keyOf(cell);
    let tally = into.get(key);
    if (!tally) into.set(key, (tally = newTally(cell)));
    addCell(tally, cell);
  }
  return into;
}

/** All as one. */
export function mergeAll(cells: Iterable<Cell | Tally>): Tally {
  const all = newTally({ kind: 'hook', contentType: '*', operation: '*', source: '*' });
  for (const cell of cells) addCell(all, cell);
  return all;
}
