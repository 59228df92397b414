/** The bloat of all indexes: estimated for every one, measured where that is wanted and possible. */
import type { Database } from '../../pg/index.js';
import type { IndexRow } from '../../pg/queries/index-inventory.js';
import type { Baselines } from '../bloat/baselines.js';
import { type Bloat, indexBloat, isWorthRewriting } from '../bloat/index.js';
import { findMeasure } from '../bloat/measure.js';
import type { IndexCatalogue } from '../catalogue.js';

/** The bloat of every index in use, by oid; null where nothing tells. TOAST indexes are the server's own. */
export function assessBloat(
  { observed, indexes, columnsOf }: IndexCatalogue,
  baselines: Baselines,
): ReadonlyMap<number, Bloat | null> {
  const known = { baselines, blockBytes: observed.blockBytes };
  return new Map(
    indexes
      .filter(({ isValid, isToast, accessMethod }) => isValid && !isToast && accessMethod !== 'brin')
      .map((index) => [index.oid, indexBloat(index, { ...known, columns: columnsOf(index.oid) })]),
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

/** The same, the worst of them measured by pgstattuple where it is installed, and dropped when it was a false alarm. */
export async function confirmBloat(
  database: Database,
  suspects: readonly BloatedIndexRow[],
  { blockBytes, limits }: { readonly blockBytes: number; readonly limits: { share: number; size: number } },
): Promise<readonly BloatedIndexRow[]> {
  const measureIndex = await findMeasure(database, blockBytes);
  if (measureIndex === undefined) return suspects;
  const measured = new Map<number, Bloat | null>(suspects.map(({ index, bloat }) => [index.oid, bloat]));
  for (const { index, bloat } of suspects.slice(0, MOST_MEASURED)) {
    measured.set(index.oid, (await measureIndex(index)) ?? bloat);
  }
  return worthRebuilding(
    suspects.map(({ index }) => index),
    measured,
    limits,
  );
}
