/** Which indexes to rebuild, and which cannot be. Pure. */
import { formatBytes, formatDuration, formatPercent } from '../../measures.js';
import type { IndexRow } from '../../pg/queries/index-inventory.js';
import type { Bloat } from '../bloat/index.js';
import { notOwner, type Obstacle, spaceObstacle } from './obstacle.js';

/** 14.0 to 14.3 corrupt what they build CONCURRENTLY. Source: PostgreSQL BUG #17485, fixed in 14.4. */
const CORRUPTING = { from: 140_000, to: 140_003 };

/** Sorting and the new copy take as much again, and a half for what is written meanwhile. */
const SPACE_FACTOR = 1.5;

export interface Circumstances {
  readonly version: number;
  /** Undefined: not known. */
  readonly freeBytes: number | undefined;
}

/** Why an index cannot be rebuilt online, or not now; undefined when it can. */
export function indexObstacle(index: IndexRow, { version, freeBytes }: Circumstances): Obstacle | undefined {
  if (index.isExclusion) {
    return { outcome: 'skipped', note: 'the server cannot rebuild the index of an exclusion constraint online' };
  }
  if (index.isBuilding) return { outcome: 'skipped', note: 'an index of its table is being built already' };
  if (!index.mayReindex) return notOwner(index.owner);
  if (version >= CORRUPTING.from && version <= CORRUPTING.to) {
    return {
      outcome: 'blocked',
      note: 'this server corrupts indexes it rebuilds online (BUG #17485)',
      hint: 'update it to 14.4 or later',
    };
  }
  return spaceObstacle(index.sizeBytes * SPACE_FACTOR, freeBytes);
}

/** A rebuild writes as much log as the index is large: a standby that is behind would fall further back. */
export function standbyObstacle(
  standbys: readonly { readonly name: string; readonly lagSeconds: number | null }[],
  longestMs: number,
): Obstacle | undefined {
  const lagging = standbys.find(({ lagSeconds }) => lagSeconds !== null && lagSeconds * 1_000 > longestMs);
  if (lagging === undefined) return undefined;
  const lag = formatDuration(Number(lagging.lagSeconds) * 1_000);
  return {
    outcome: 'blocked',
    note: `standby ${lagging.name} is ${lag} behind`,
    hint: 'try again when it has caught up',
  };
}

/** Why an index is to be rebuilt, in words. */
export const bloatReason = ({ share, bytes, method }: Bloat): string =>
  `${formatPercent(Math.round(share * 100) / 100)} of it, ${formatBytes(bytes)}, is air (${method})`;
