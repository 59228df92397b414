/** The shape of `backup list`. */
import * as z from 'zod';
import { KINDS, Level } from './manifest.js';

export const ListFlags = z.object({ kind: z.enum(KINDS).optional(), remote: z.boolean().default(false) });
export type ListFlags = z.output<typeof ListFlags>;

/** `good`: can be relied on. `failed`: a verification has found it bad. `unproven`: never verified. */
const BACKUP_STATES = ['good', 'failed', 'unproven'] as const;

export const ListedBackup = z.strictObject({
  id: z.string(),
  kind: z.enum(KINDS),
  source: z.string(),
  /** What is counted and compared with it. */
  group: z.string(),
  /** The label it was given. */
  name: z.string().nullable(),
  createdAt: z.iso.datetime(),
  /** Below zero for one dated in the future. */
  ageMs: z.number(),
  sizeBytes: z.number(),
  /** How much larger than the median of the seven before it, as a fraction; null where there is none. */
  sizeTrend: z.number().nullable(),
  state: z.enum(BACKUP_STATES),
  /** Why its verification failed. */
  failure: z.string().nullable(),
  /** The highest level of verification it has reached, and how long ago. */
  level: Level.nullable(),
  levelAgeMs: z.number().nullable(),
  encrypted: z.boolean(),
  pinned: z.strictObject({ at: z.iso.datetime(), reason: z.string().optional() }).nullable(),
  /** Where else it is. */
  copies: z.array(z.string()),
});
export type ListedBackup = z.output<typeof ListedBackup>;

export const ListedGroup = z.strictObject({
  group: z.string(),
  kind: z.enum(KINDS),
  backups: z.number(),
  good: z.number(),
  sizeBytes: z.number(),
  /** The newest good one that is not dated in the future; null when there is none. */
  newestGood: z.string().nullable(),
  newestGoodAgeMs: z.number().nullable(),
});
export type ListedGroup = z.output<typeof ListedGroup>;

export const BackupList = z.strictObject({
  /** The catalogue. */
  store: z.string(),
  /** What the first line is on: the kind asked for, else the database. */
  subject: z.enum(KINDS),
  /** The newest good backup of it; null when there is none. */
  newest: ListedBackup.nullable(),
  /** Oldest first. */
  backups: z.array(ListedBackup),
  damaged: z.array(z.strictObject({ id: z.string(), reason: z.string() })),
  groups: z.array(ListedGroup),
  totals: z.strictObject({ backups: z.number(), good: z.number(), damaged: z.number(), sizeBytes: z.number() }),
});
export type BackupList = z.output<typeof BackupList>;
