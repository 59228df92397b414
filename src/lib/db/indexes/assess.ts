/** The bloat of all indexes: estimated for every one, measured where that is wanted and possible. */
import type { Database } from '../../pg/index.js';
import type { IndexRow } from '../../pg/queries/index-inventory.js';
import type { Baselines } from '../bloat/baselines.js';
import { type Bloat, indexBloat, isWorthRewriting } from '../bloat/index.js';
import type { KeyAssumption } from '../bloat/keys.js';
import { findMeasure } from '../bloat/measure.js';
import type { IndexCatalogue } from '../catalogue.js';

/** The bloat of every index in use, by oid; null where nothing tells. TOAST indexes are the server's own. */
export function assessBloat(
  { observed, indexes, columnsOf }: IndexCatalogue,
  baselines: Baselines,
  assumption: KeyAssumption = 'diverse',
): ReadonlyMap<number, Bloat | null> {
  const known = { baselines, blockBytes: observed.blockBytes };
  return new Map(
    indexes
      .filter(({ isValid, isToast, accessMethod }) => isValid && !isToast && accessMethod !== 'brin')
      .map((index) => [index.oid, indexBloat(index, { ...known, columns: columnsOf(index.oid) }, assumption)]),
  );
}

export interface BloatedIndexRow {
  readonly index: IndexRow;
  readonly bloat: Bloat;
}

/** Those worth rebuilding, most bytes first. */
export function worthRebuilding(
  indexes: readonly IndexRow[],
  bloats: ReadonlyMap<number, Bloat | null>,
  limits: { readonly share: number; readonly size: number },
): readonly BloatedIndexRow[] {
  return indexes
    .flatMap((index) => {
      const bloat = bloats.get(index.oid) ?? null;
      return bloat !== null && isWorthRewriting(bloat, limits) ? [{ index, bloat }] : [];
    })
    .sort((one, other) => other.bloat.bytes - one.bloat.bytes);
}

/** Only the worst are worth reading in full. */
const MOST_MEASURED = 20;

/**
 * The bloated indexes, read in full by pgstattuple where it is installed: false alarms are dropped, and of those that
 * the statistics leave in doubt the bloated are found.
 */
export async function confirmBloat(
  database: Database,
  { catalogue, baselines, limits }: Doubt,
): Promise<readonly BloatedIndexRow[]> {
  const { indexes, observed } = catalogue;
  const bloats = new Map(assessBloat(catalogue, baselines));
  const measureIndex = await findMeasure(database, observed.blockBytes);
  if (measureIndex === undefined) return worthRebuilding(indexes, bloats, limits);
  const likely = worthRebuilding(indexes, bloats, limits);
  const possible = worthRebuilding(indexes, assessBloat(catalogue, baselines, 'repetitive'), limits);
  const suspects = new Set([...likely, ...possible].map(({ index }) => index));
  for (const index of [...suspects].slice(0, MOST_MEASURED)) {
    bloats.set(index.oid, (await measureIndex(index)) ?? bloats.get(index.oid) ?? null);
  }
  return worthRebuilding(indexes, bloats, limits);
}

interface Doubt {
  readonly catalogue: IndexCatalogue;
  readonly baselines: Baselines;
  readonly limits: { readonly share: number; readonly size: number };
}
