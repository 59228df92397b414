/** The shape of `config audit`. */
import * as z from 'zod';
import type { Finding } from '../../status.js';
import { Duration } from '../../units.js';

export const ConfigAuditFlags = z
  .object({
    since: Duration.optional(),
    period: z.enum(['weekly', 'monthly']).optional(),
    report: z.string().min(1).optional(),
  })
  .refine(({ since, period }) => since === undefined || period === undefined, {
    error: 'give either --since or --period',
    path: ['period'],
  });
export type ConfigAuditFlags = z.output<typeof ConfigAuditFlags>;

const DAY_MS = 86_400_000;
const PERIODS_MS = { weekly: 7 * DAY_MS, monthly: 30 * DAY_MS } as const;

/** How far back to look, in milliseconds; a week unless told otherwise. */
export const spanOf = ({ since, period = 'weekly' }: ConfigAuditFlags): number => since ?? PERIODS_MS[period];

export const SOURCES = ['snapshots', 'git', 'backend', 'operators'] as const;
export type SourceName = (typeof SOURCES)[number];

/** One change of one file, by all who know of it. */
export const ConfigEvent = z.object({
  /** Of the commit, else when it was noticed. */
  at: z.string(),
  /** `Anna <anna@example.org>`, an account of this host; null where nobody is known. */
  who: z.string().nullable(),
  /** `config/server.ts`, `.env`. */
  path: z.string(),
  kind: z.enum(['added', 'removed', 'changed']),
  /** Keys and variables, where the file has such. */
  keys: z.array(z.string()),
  sources: z.array(z.enum(SOURCES)),
  commit: z.string().nullable(),
  subject: z.string().nullable(),
  /** The snapshot, or `now`, that was the first to have it. */
  seenIn: z.string().nullable(),
});
export type ConfigEvent = z.output<typeof ConfigEvent>;

export const Drift = z.object({
  environment: z.string(),
  /** What it is compared with. */
  reference: z.string(),
  key: z.string(),
  /** As JSON; null for what is not there. */
  value: z.string().nullable(),
  expected: z.string().nullable(),
});
export type Drift = z.output<typeof Drift>;

export const ConfigAudit = z.object({
  since: z.string(),
  until: z.string(),
  root: z.string(),
  sources: z.array(
    z.object({ source: z.enum(SOURCES), state: z.enum(['asked', 'absent', 'failed']), detail: z.string() }),
  ),
  /** Newest first. */
  events: z.array(ConfigEvent),
  drift: z.array(Drift),
});
export type ConfigAudit = z.output<typeof ConfigAudit>;

/** What one source has to say; a source that is not there is no failure. */
export interface Answer<T> {
  readonly state: 'asked' | 'absent' | 'failed';
  /** In a few words: how much was found, or why nothing was. */
  readonly detail: string;
  readonly hint?: string;
  readonly found: readonly T[];
  /** What could not be read on the way. */
  readonly findings?: readonly Finding[];
}
