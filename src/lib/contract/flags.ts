/** Feature flags of the application, and how they are used. */
import * as z from 'zod';
import { Time } from './system.js';

/** One line of `GET /feature-flags`. */
export const FeatureFlagUsage = z.lazy(() =>
  z.object({
    name: z.string(),
    /** `file`, `strapi`, or the name of a provider. */
    source: z.string(),
    /** In this environment, for everybody; null when it depends on who asks, or is not known beforehand. */
    enabled: z.boolean().nullable(),
    /** Share (0..100) for whom it is on, where it is rolled out by percentage. */
    percentage: z.number().nullable(),
    /** False for a flag that is asked for and defined nowhere. */
    known: z.boolean(),
    description: z.string().optional(),
    owner: z.string().optional(),
    /** Day on which it should be gone. */
    expires: z.string().optional(),
    /** Since the process started. */
    evaluations: z.number(),
    enabledEvaluations: z.number(),
    lastEvaluation: Time.nullable(),
  }),
);
export type FeatureFlagUsage = z.infer<typeof FeatureFlagUsage>;
