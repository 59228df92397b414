import * as z from 'zod';
import type { Context } from '../context.js';
import { routes } from '../contract/index.js';
import { conclude, type Outcome } from '../status.js';
import { parseDuration } from '../units.js';
import { ErrorGroup, groupErrors } from './group.js';

export const RecentErrorsFlags = z.object({
  limit: routes.recentErrors.parameters.shape.limit.unwrap().default(20),
  window: routes.errorCount.parameters.shape.window.optional(),
});
export type RecentErrorsFlags = z.output<typeof RecentErrorsFlags>;

export const RecentErrorsResult = z.object({
  window: z.string().optional(),
  /** Errors looked at. */
  count: z.number(),
  /** True where --limit was reached: older errors are not in these figures. */
  isLimited: z.boolean(),
  groups: z.array(ErrorGroup),
});
export type RecentErrorsResult = z.output<typeof RecentErrorsResult>;

/** Asks for the latest errors and groups those with the same message but for its values. Errors: `VOPS-API-…`. */
export async function recentErrors(
  { api, now }: Pick<Context, 'api' | 'now'>,
  { limit, window }: RecentErrorsFlags,
): Promise<Outcome<RecentErrorsResult>> {
  const answer = await api('recentErrors', { limit });
  const since = window === undefined ? 0 : now().getTime() - (parseDuration(window) ?? 0);
  const errors = answer.slice(0, limit).filter(({ timestamp }) => Date.parse(timestamp) >= since);
  return conclude({
    ...(window !== undefined && { window }),
    count: errors.length,
    isLimited: errors.length === limit,
    groups: groupErrors(errors),
  });
}
