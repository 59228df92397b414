/** What a comparison says of a hook. */
import * as z from 'zod';
import { Time } from '../../contract/index.js';

/** The median, or the p95, of matched hours. */
export const MeasuredChange = z.object({
  /** Hours that could be compared, and on how many days. */
  hours: z.number(),
  days: z.number(),
  /** In the middle of those hours, before and now; of those since the change where it came in between. */
  previousMs: z.number(),
  currentMs: z.number(),
  /** As a share: 0.2 is slower by 20 %. */
  change: z.number(),
  /** Probability of as much by chance, adjusted for the number of comparisons. */
  pValue: z.number(),
});
export type MeasuredChange = z.infer<typeof MeasuredChange>;

/** Something that may be why. */
export const Circumstance = z.object({
  at: Time,
  kind: z.enum(['configuration', 'start']),
  what: z.string(),
});
export type Circumstance = z.infer<typeof Circumstance>;

export const HookChange = z.object({
  contentType: z.string(),
  operation: z.string(),
  source: z.string(),
  /** `new` and `gone`: it ran in one of the periods only. `insufficient_data`: too few hours to tell. */
  verdict: z.enum(['slower', 'faster', 'steady', 'insufficient_data', 'new', 'gone']),
  /** What has changed, the median where both have. */
  measure: z.enum(['p50', 'p95']).nullable(),
  /** Null of too few hours. */
  p50: MeasuredChange.nullable(),
  p95: MeasuredChange.nullable(),
  executions: z.number(),
  previousExecutions: z.number(),
  /** SQL statements a run. */
  queries: z.number().nullable(),
  previousQueries: z.number().nullable(),
  /** Where its times moved, to the hour; of a hook that is slower or faster. */
  firstSeenAt: Time.nullable(),
  /** What happened around that time, the nearest first. */
  around: z.array(Circumstance),
  /** What has changed, over both periods: the middle of a few hours each. Empty where nothing has. */
  course: z.array(z.object({ at: Time, valueMs: z.number() })),
});
export type HookChange = z.infer<typeof HookChange>;
