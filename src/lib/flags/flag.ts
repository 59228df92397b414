/** What is known of a flag, from wherever it was asked. */
import * as z from 'zod';

/** A place in source. */
export const Reference = z.object({ file: z.string(), line: z.number() });
export type Reference = z.infer<typeof Reference>;

/** Places that name a flag; of many only the first are listed. */
export const References = z.object({ count: z.number(), places: z.array(Reference) });
export type References = z.infer<typeof References>;

/** What a flag said on a day: the same to everybody, or not. */
export const Answer = z.enum(['on', 'off', 'mixed']);
export type Answer = z.infer<typeof Answer>;

/** Evaluations over a period, of every instance. */
export const FlagUsage = z.object({
  evaluations: z.number(),
  /** Share of them that said "on", 0..1; null of none. */
  enabledShare: z.number().nullable(),
  /** Days of UTC with an evaluation. */
  days: z.number(),
  /** Last day with one, in all that is remembered. */
  lastDay: z.iso.date().nullable(),
  answer: Answer.nullable(),
  /** First day of the answer that still holds. */
  answerSince: z.iso.date().nullable(),
});
export type FlagUsage = z.infer<typeof FlagUsage>;

/**
 * What is wrong with a flag. `undefined`: asked for, defined nowhere. `expired`: it should be gone. `stale`: the same
 * answer to everybody for long. `unused`: not asked for in that time. `dead`: not asked for, and no source names it.
 */
export const FlagState = z.enum(['undefined', 'expired', 'stale', 'unused', 'dead']);
export type FlagState = z.infer<typeof FlagState>;

export const Flag = z.object({
  name: z.string(),
  /** `file`, `strapi`, or the name of a provider; null for one that is only remembered. */
  source: z.string().nullable(),
  /** For everybody, now; null when it depends on who asks, or is not known. */
  enabled: z.boolean().nullable(),
  /** Share (0..100) for whom it is on. */
  percentage: z.number().nullable(),
  owner: z.string().nullable(),
  expires: z.string().nullable(),
  /** Of the process that answered, since its start. */
  evaluations: z.number(),
  lastEvaluation: z.iso.datetime().nullable(),
  /** Null where no history was read. */
  usage: FlagUsage.nullable(),
  /** Null where the source was not searched. */
  references: References.nullable(),
  states: z.array(FlagState),
});
export type Flag = z.infer<typeof Flag>;
