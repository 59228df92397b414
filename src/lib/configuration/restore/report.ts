/** The shape of `config restore`, planned or done. */
import * as z from 'zod';

export const ConfigRestoreFlags = z.object({
  snapshot: z.string().min(1),
  exact: z.boolean().default(false),
  confirm: z.boolean().default(false),
  remote: z.boolean().default(false),
});
export type ConfigRestoreFlags = z.output<typeof ConfigRestoreFlags>;

/** `left`: not touched, for the reason given. */
const ACTIONS = ['create', 'overwrite', 'remove', 'same', 'left'] as const;

export const RestoredFile = z.object({
  /** In the snapshot. */
  path: z.string(),
  /** Where it goes. */
  to: z.string(),
  action: z.enum(ACTIONS),
  /** What stands there now is in no snapshot: it would be gone but for the safety snapshot. */
  isUnsaved: z.boolean(),
  reason: z.string().nullable(),
});
export type RestoredFile = z.output<typeof RestoredFile>;

export const ConfigRestore = z.object({
  id: z.string(),
  createdAt: z.string(),
  /** The backend's directory. */
  root: z.string(),
  /** False for a plan. */
  applied: z.boolean(),
  /** Made before anything was changed; null as long as it is planned, or nothing differs. */
  safetySnapshot: z.string().nullable(),
  files: z.array(RestoredFile),
  /** Variables that `.env` had then and has not now; their values are in no snapshot. */
  missingVariables: z.array(z.string()),
});
export type ConfigRestore = z.output<typeof ConfigRestore>;

export const isChange = ({ action }: Pick<RestoredFile, 'action'>): boolean =>
  action === 'create' || action === 'overwrite' || action === 'remove';
