/** From counted rows to a state, and from failing keys to what is new. No clock, no I/O. */
import type { IntegrityCheck, Limit } from '../config/integrity.js';

export const STATES = ['ok', 'warning', 'failed', 'unknown'] as const;
export type State = (typeof STATES)[number];

interface Counted {
  readonly failing: number;
  /** Rows looked at; null where that is not known. */
  readonly total: number | null;
}

/** The highest level that the failing rows reach. */
export function judgeRows(counted: Counted, { warn, fail }: Pick<IntegrityCheck, 'warn' | 'fail'>): State {
  const shares = [warn, fail].some((limit) => limit !== undefined && 'share' in limit);
  if (shares && counted.total === null) return 'unknown';
  if (reaches(counted, fail)) return 'failed';
  return reaches(counted, warn) ? 'warning' : 'ok';
}

function reaches({ failing, total }: Counted, limit: Limit | undefined): boolean {
  if (limit === undefined || failing === 0) return false;
  return 'rows' in limit ? failing >= limit.rows : failing >= limit.share * (total ?? 0);
}

/** A count of rows that was taken before. */
export interface EarlierCount {
  readonly at: string;
  readonly total: number;
}

/** The newest count of at least `windowMs` ago, else the oldest: what to compare with. Counts are oldest first. */
export function baseOf(counts: readonly EarlierCount[], now: Date, windowMs: number): EarlierCount | undefined {
  const old = counts.filter(({ at }) => Date.parse(at) <= now.getTime() - windowMs);
  return old.at(-1) ?? counts[0];
}

type Bounds = Pick<Extract<IntegrityCheck, { kind: 'row_count_change' }>, 'maxDrop' | 'maxGrowth'>;

/** Whether the count went further up or down than it may. */
export function isBeyond(total: number, before: number, { maxDrop, maxGrowth }: Bounds): boolean {
  const exceeds = (change: number, limit: Limit | undefined) =>
    limit !== undefined && change > ('rows' in limit ? limit.rows : limit.share * before);
  return exceeds(before - total, maxDrop) || exceeds(total - before, maxGrowth);
}

/** The failing keys that are remembered, as fingerprints. */
export interface KnownKeys {
  readonly keys: readonly string[];
  /** False when there were more than are kept. */
  readonly isComplete: boolean;
}

export interface Novelty {
  readonly isNew: (fingerprint: string) => boolean;
  readonly newRows: number;
  readonly knownRows: number;
}

/** Which failing rows were not there in the run before; undefined where either list is cut, so that none can tell. */
export function compareKeys(now: KnownKeys, before: KnownKeys | undefined): Novelty | undefined {
  if (!now.isComplete || before?.isComplete === false) return undefined;
  const known = new Set(before?.keys);
  const isNew = (fingerprint: string) => !known.has(fingerprint);
  const newRows = now.keys.filter(isNew).length;
  return { isNew, newRows, knownRows: now.keys.length - newRows };
}
