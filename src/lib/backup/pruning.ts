/** The shape of a pruning, planned or done. */
import * as z from 'zod';
import { KINDS, sizeOf } from './manifest.js';
import type { Decision } from './retention/plan-retention.js';

export const PruneFlags = z.object({ kind: z.enum(KINDS).optional(), remote: z.boolean().default(false) });
export type PruneFlags = z.output<typeof PruneFlags>;

export const PrunedBackup = z.strictObject({
  id: z.string(),
  kind: z.enum(KINDS),
  /** What is counted together with it. */
  group: z.string(),
  createdAt: z.iso.datetime(),
  sizeBytes: z.number(),
  action: z.enum(['keep', 'remove']),
  reasons: z.array(z.string()),
  /** What goes with it; absent for one that is kept. */
  files: z.array(z.strictObject({ path: z.string(), sizeBytes: z.number() })).optional(),
  /**
   * Absent in a plan, and for what was to be kept. `kept`: something changed before its turn, and now it stays. `gone`:
   * somebody else has removed it. `left`: the run was ended before its turn.
   */
  outcome: z.enum(['removed', 'kept', 'gone', 'failed', 'left']).optional(),
});
export type PrunedBackup = z.output<typeof PrunedBackup>;

export const Pruning = z.strictObject({
  /** The catalogue. */
  store: z.string(),
  /** False for a plan. */
  applied: z.boolean(),
  /** Oldest first. */
  backups: z.array(PrunedBackup),
  damaged: z.array(z.strictObject({ id: z.string(), reason: z.string() })),
  /** What interrupted backups and removals had left: paths; in a plan, what would go. */
  swept: z.array(z.string()),
  totals: z.strictObject({
    backups: z.number(),
    sizeBytes: z.number(),
    removed: z.number(),
    removedBytes: z.number(),
    failed: z.number(),
  }),
});
export type Pruning = z.output<typeof Pruning>;

/** A decision as it is shown. */
export function pruned({ backup, group, action, reasons }: Decision): PrunedBackup {
  const { id, kind, createdAt, files } = backup;
  const shown = { id, kind, group, createdAt, sizeBytes: sizeOf(backup), action, reasons: [...reasons] };
  if (action === 'keep') return shown;
  return { ...shown, files: files.map(({ path, sizeBytes }) => ({ path, sizeBytes })) };
}

/** Sums of a plan (what would be removed) or of a run (what was). */
export function totalsOf(backups: readonly PrunedBackup[]): Pruning['totals'] {
  const sum = (some: readonly PrunedBackup[]) => some.reduce((total, { sizeBytes }) => total + sizeBytes, 0);
  const removed = backups.filter(({ action, outcome }) => action === 'remove' && (outcome ?? 'removed') === 'removed');
  return {
    backups: backups.length,
    sizeBytes: sum(backups),
    removed: removed.length,
    removedBytes: sum(removed),
    failed: backups.filter(({ outcome }) => outcome === 'failed').length,
  };
}
