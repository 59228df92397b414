/** What is watched for running out, and how early a warning comes. The guide names no numbers: these are ours. */
import * as z from 'zod';
import { Duration } from '../units.js';

export const Capacity = z.lazy(() =>
  z
    .strictObject({
      /** Months of own samples kept: two years, to compare a season with the one before. */
      keepMonths: z.number().int().min(1).max(120).default(25),
      /** Tables that are sampled, the largest first. */
      tables: z.number().int().min(0).max(1_000).default(50),
      /** Sequences that are sampled, the nearest to their end first. */
      sequences: z.number().int().min(0).max(1_000).default(20),
      /** A resource that may be at its limit this soon is worth a warning; one that most likely is, an error. */
      fullWithin: z
        .strictObject({ warning: Duration.prefault('60d'), critical: Duration.prefault('14d') })
        .prefault({}),
    })
    .prefault({}),
);
export type Capacity = z.output<typeof Capacity>;
