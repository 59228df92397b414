import * as z from 'zod';
import type { Context } from '../context.js';
import { routes } from '../contract/index.js';
import { conclude, type Finding, type Outcome } from '../status.js';
import { parseDuration } from '../units.js';

export const ErrorCountFlags = z.object({ window: routes.errorCount.parameters.shape.window.default('24h') });
export type ErrorCountFlags = z.output<typeof ErrorCountFlags>;

export const ErrorCountResult = z.object({
  window: z.string(),
  /** Hook runs that failed; refused input does not count. */
  count: z.number(),
  /** The number above which this window is worth a warning. */
  limit: z.number(),
});
export type ErrorCountResult = z.output<typeof ErrorCountResult>;

/** Asks how many hook runs failed in a window. Errors: `VOPS-API-…`. */
export async function countErrors(
  { api, config }: Pick<Context, 'api' | 'config'>,
  { window }: ErrorCountFlags,
): Promise<Outcome<ErrorCountResult>> {
  const count = await api('errorCount', { window });
  const { maintenance } = await config();
  const result = { window, count, limit: limitFor(window, maintenance.errorCountWarning) };
  return conclude(result, judgeCount(result));
}

const DAY_MS = 86_400_000;

/**
 * The limit is one for 24 h. A longer window is allowed as much per day; a shorter one the whole, for what exceeds a
 * day's allowance in an hour exceeds it in that day.
 */
export function limitFor(window: string, perDay: number): number {
  return Math.ceil(perDay * Math.max(1, (parseDuration(window) ?? DAY_MS) / DAY_MS));
}

export function judgeCount({ window, count, limit }: ErrorCountResult): Finding[] {
  if (count <= limit) return [];
  return [
    {
      code: 'VOPS-ERRORS-MANY',
      severity: 'warning',
      message: `${count} hook runs failed in the last ${window}, above ${limit} (maintenance.errorCountWarning)`,
      hint: 'see what fails: viktoria-ops errors recent',
    },
  ];
}
