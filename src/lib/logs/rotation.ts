/** The shape of a rotation, planned or done. */
import * as z from 'zod';

export const RotateFlags = z.object({});

/** What becomes of a file. `skip` leaves a log alone as it should be, `refuse` one that is not safe to touch. */
const ROTATION_ACTIONS = ['rotate', 'compress', 'delete', 'skip', 'refuse'] as const;

/**
 * How it went. `deferred`: safe under its new name, compressed by a later run; `gone`: the file vanished or changed
 * before its turn, so there was nothing to do.
 */
const ROTATION_OUTCOMES = ['done', 'deferred', 'gone', 'failed'] as const;

export const RotationAction = z.strictObject({
  file: z.string(),
  action: z.enum(ROTATION_ACTIONS),
  reason: z.string(),
  sizeBytes: z.number(),
  /** The name it gets, or got. */
  target: z.string().optional(),
  compressedBytes: z.number().optional(),
  /** Absent in a plan, and for files left alone. */
  outcome: z.enum(ROTATION_OUTCOMES).optional(),
});
export type RotationAction = z.output<typeof RotationAction>;

export const Rotation = z.strictObject({
  directory: z.string(),
  /** False for a plan. */
  applied: z.boolean(),
  method: z.enum(['rename', 'copytruncate']),
  compression: z.enum(['zstd', 'pigz', 'gzip', 'none']),
  actions: z.array(RotationAction),
  totals: z.strictObject({
    files: z.number(),
    sizeBytes: z.number(),
    rotated: z.number(),
    compressed: z.number(),
    deleted: z.number(),
    /** Logs and rotated files that were neither rotated nor deleted, refused ones included. */
    left: z.number(),
    deferred: z.number(),
    failed: z.number(),
  }),
});
export type Rotation = z.output<typeof Rotation>;

/** Sums of a plan (what would be done) or of a run (what was). */
export function totalsOf(actions: readonly RotationAction[]): Rotation['totals'] {
  const count = (test: (action: RotationAction) => boolean) => actions.filter(test).length;
  // A log whose compression failed or has to wait is rotated all the same: it has its new name.
  const rotated = count(({ action, target }) => action === 'rotate' && target !== undefined);
  const deleted = count(({ action, outcome }) => action === 'delete' && (outcome ?? 'done') === 'done');
  return {
    files: actions.length,
    sizeBytes: actions.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    rotated,
    compressed: count(({ compressedBytes }) => compressedBytes !== undefined),
    deleted,
    left: actions.length - rotated - deleted,
    deferred: count(({ outcome }) => outcome === 'deferred'),
    failed: count(({ outcome }) => outcome === 'failed'),
  };
}
