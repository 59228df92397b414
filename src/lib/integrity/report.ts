/** What `integrity check` answers. */
import * as z from 'zod';
import { STATES } from './decide.js';

const Count = z.number().nullable();

export const CheckReport = z.object({
  name: z.string(),
  kind: z.string(),
  state: z.enum(STATES),
  description: z.string().nullable(),
  owner: z.string().nullable(),
  /** Rows that fail, counted to the last one; null where there is no verdict. */
  failing: Count,
  /** Rows looked at; null where that is not known. */
  total: Count,
  /** Those of the failing rows that were not there in the run before; null where that cannot be told. */
  newRows: Count,
  knownRows: Count,
  failingSince: z.iso.datetime().nullable(),
  /** Keys of some failing rows, new ones first: never anything else of a row. */
  samples: z.array(z.string()),
  /** Gives the failing rows. */
  query: z.string(),
  durationMs: z.number(),
  /** Why there is no verdict, or what was compared. */
  reason: z.string().nullable(),
  /** What to do when it fails, or to get a verdict. */
  hint: z.string().nullable(),
});
export type CheckReport = z.output<typeof CheckReport>;

const StepReport = z.object({
  name: z.string(),
  /** Method and path, values filled in. */
  request: z.string(),
  state: z.enum(STATES),
  /** Null where no answer came. */
  status: z.number().nullable(),
  latencyMs: z.number(),
  problems: z.array(z.string()),
});
export type StepReport = z.output<typeof StepReport>;

export const JourneyReport = z.object({
  name: z.string(),
  state: z.enum(STATES),
  description: z.string().nullable(),
  owner: z.string().nullable(),
  hint: z.string().nullable(),
  failingSince: z.iso.datetime().nullable(),
  durationMs: z.number(),
  /** Up to the one that failed. */
  steps: z.array(StepReport),
  stepCount: z.number(),
});
export type JourneyReport = z.output<typeof JourneyReport>;

/** What a run would do. */
const Plan = z.object({
  checks: z.array(
    z.object({
      name: z.string(),
      kind: z.string(),
      /** In units of the planner: a page read in sequence costs 1. Null where the server refused to plan it. */
      cost: Count,
      /** Failing rows that the planner expects. */
      rows: Count,
      query: z.string(),
    }),
  ),
  journeys: z.array(z.object({ name: z.string(), requests: z.array(z.string()) })),
});

export const IntegrityReport = z.object({
  checks: z.array(CheckReport),
  journeys: z.array(JourneyReport),
  /** Of a dry run, which checks nothing. */
  plan: Plan.nullable(),
});
export type IntegrityReport = z.output<typeof IntegrityReport>;
