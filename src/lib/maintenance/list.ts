import * as z from 'zod';
import { conclude, type Outcome } from '../status.js';
import type { Tier } from './tier.js';

export const TierList = z.array(
  z.strictObject({
    tier: z.string(),
    steps: z.array(
      z.strictObject({
        id: z.string(),
        requires: z.array(z.string()),
        after: z.array(z.string()),
        changes: z.boolean(),
      }),
    ),
  }),
);
export type TierList = z.output<typeof TierList>;

/** The tiers as data: which steps, after which, and whether a step changes anything. */
export function describeTiers(tiers: readonly Tier[]): Outcome<TierList> {
  return conclude(
    tiers.map(({ name, steps }) => ({
      tier: name,
      steps: steps.map(({ id, requires, after, command }) => ({
        id,
        requires: [...requires],
        after: [...after],
        changes: command.changes ?? false,
      })),
    })),
  );
}
