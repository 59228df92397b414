/**
 * The leanest every index has been: bytes per row, which needs no statistics of columns and works for every kind of
 * index. Idea: Maxim Boguk's pg_index_watch; here nothing counts as bloated for want of a baseline.
 */
import * as z from 'zod';
import type { IndexRow } from '../../pg/queries/index-inventory.js';

const Baseline = z.object({
  /** Changes with every rebuild. */
  fileNode: z.number(),
  /** ANALYZE runs of the table when this file was first seen. */
  analyzeCount: z.number(),
  /** Null: not yet known. */
  bytesPerTuple: z.number().nullable(),
  /** Taken right after a rebuild, rather than the best seen so far. */
  isRebuilt: z.boolean(),
});
type Baseline = z.infer<typeof Baseline>;

/** By oid of the index. */
export const Baselines = z.record(z.string(), Baseline);
export type Baselines = z.infer<typeof Baselines>;

/** Below this the fixed pages of an index weigh more than its rows. */
const FEWEST_TUPLES = 1_000;

type Observed = Pick<IndexRow, 'oid' | 'accessMethod' | 'fileNode' | 'analyzeCount' | 'tuples' | 'sizeBytes'>;

/**
 * The baselines with what these indexes show now; indexes that are gone are forgotten. `rebuilt` names those that were
 * rebuilt and analyzed just now.
 *
 * A GIN index counts its entries, not its rows, until the next ANALYZE: taken then, a baseline would make the healthy
 * index look twice its size for ever. So the table must have been analyzed since the file was first seen.
 */
export function updateBaselines(
  baselines: Baselines,
  indexes: readonly Observed[],
  rebuilt: ReadonlySet<number> = new Set(),
): Baselines {
  return Object.fromEntries(
    indexes.map((index) => [index.oid, nextBaseline(baselines[index.oid], index, rebuilt.has(index.oid))]),
  );
}

function nextBaseline(previous: Baseline | undefined, index: Observed, isRebuilt: boolean): Baseline {
  const { fileNode, analyzeCount, tuples, sizeBytes } = index;
  const isSame = previous?.fileNode === fileNode;
  // A count that fell: the statistics were reset.
  const since = isSame && previous.analyzeCount <= analyzeCount ? previous.analyzeCount : analyzeCount;
  const isCounted = index.accessMethod !== 'gin' || isRebuilt || analyzeCount > since;
  const seen = isCounted && tuples >= FEWEST_TUPLES ? sizeBytes / tuples : null;
  const next = { fileNode, analyzeCount: since };
  if (isRebuilt) return { ...next, bytesPerTuple: seen, isRebuilt: seen !== null };
  const best = previous?.bytesPerTuple ?? null;
  if (seen === null || (best !== null && best <= seen)) {
    return { ...next, bytesPerTuple: best, isRebuilt: previous?.isRebuilt ?? false };
  }
  return { ...next, bytesPerTuple: seen, isRebuilt: previous?.isRebuilt ?? false };
}

/** Bytes the index would have at its leanest; undefined when that is not known. */
export function bytesAtBest(
  index: Pick<IndexRow, 'oid' | 'tuples'>,
  baselines: Baselines,
): { readonly bytes: number; readonly isRebuilt: boolean } | undefined {
  const baseline = baselines[index.oid];
  if (baseline?.bytesPerTuple == null || index.tuples < FEWEST_TUPLES) return undefined;
  return { bytes: baseline.bytesPerTuple * index.tuples, isRebuilt: baseline.isRebuilt };
}
