/** What every command that maintains the database plans and reports: objects, what is done to them, what came of it. */
import * as z from 'zod';

const ACTIONS = ['vacuum', 'analyze', 'reindex', 'drop', 'rewrite'] as const;

/**
 * `planned`: not begun. `done`: seen to be done. `skipped`: needs nothing, or another does it. `blocked`: wanted, and
 * not possible now. `failed`: begun, and not done. `left`: the run ended before.
 */
const OUTCOMES = ['planned', 'done', 'skipped', 'blocked', 'failed', 'left'] as const;

export const MaintainedObject = z.object({
  oid: z.number(),
  /** With its schema, quoted as SQL needs it. */
  object: z.string(),
  /** The table it belongs to, or is. */
  table: z.string(),
  action: z.enum(ACTIONS),
  /** The very statement. */
  sql: z.string(),
  reason: z.string(),
  outcome: z.enum(OUTCOMES),
  /** Why it was skipped, blocked, or failed. */
  note: z.string().nullable(),
  /** What to do about that. */
  hint: z.string().nullable(),
  sizeBytes: z.number(),
  /** What it is expected to free; null when it is not about space. */
  gainBytes: z.number().nullable(),
  sizeAfterBytes: z.number().nullable(),
  deadTuples: z.number().nullable(),
  deadTuplesAfter: z.number().nullable(),
  durationMs: z.number().nullable(),
});
export type MaintainedObject = z.infer<typeof MaintainedObject>;

export const MaintenanceReport = z.object({
  applied: z.boolean(),
  /** On a standby nothing can be maintained: it follows its primary. */
  isStandby: z.boolean(),
  objects: z.array(MaintainedObject),
  totals: z.object({
    ...(Object.fromEntries(OUTCOMES.map((outcome) => [outcome, z.number()])) as Record<
      (typeof OUTCOMES)[number],
      z.ZodNumber
    >),
    sizeBytes: z.number(),
    freedBytes: z.number(),
  }),
});
export type MaintenanceReport = z.infer<typeof MaintenanceReport>;

type Planned = Pick<MaintainedObject, 'oid' | 'object' | 'table' | 'action' | 'sql' | 'reason' | 'sizeBytes'> &
  Partial<MaintainedObject>;

/** The reason of what an operator names: its need is not questioned. */
export const ASKED_FOR = 'asked for';

/** An object of a plan: to be done, unless `outcome` and `note` say why not. */
export const planned = (object: Planned): MaintainedObject => ({
  outcome: 'planned',
  note: null,
  hint: null,
  gainBytes: null,
  sizeAfterBytes: null,
  deadTuples: null,
  deadTuplesAfter: null,
  durationMs: null,
  ...object,
});

/** The report on these objects, with its totals. */
export function reportOn(
  objects: readonly MaintainedObject[],
  { applied, isStandby }: Pick<MaintenanceReport, 'applied' | 'isStandby'>,
): MaintenanceReport {
  const count = (wanted: MaintainedObject['outcome']) => objects.filter(({ outcome }) => outcome === wanted).length;
  const freed = objects.map(({ outcome, sizeBytes, sizeAfterBytes }) =>
    outcome === 'done' && sizeAfterBytes !== null ? Math.max(0, sizeBytes - sizeAfterBytes) : 0,
  );
  const outcomes = Object.fromEntries(OUTCOMES.map((outcome) => [outcome, count(outcome)]));
  const sizeBytes = objects.reduce((sum, object) => sum + object.sizeBytes, 0);
  const freedBytes = freed.reduce((sum, bytes) => sum + bytes, 0);
  return MaintenanceReport.parse({
    applied,
    isStandby,
    objects: [...objects],
    totals: { ...outcomes, sizeBytes, freedBytes },
  });
}
