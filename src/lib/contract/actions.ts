/** What the monitoring API may change in a running application. */
import * as z from 'zod';
import { type RouteDefinition, WindowText } from './route-definition.js';
import { Time } from './system.js';

/** The answer to `POST /actions/…`. */
export const ActionResult = z.object({
  action: z.string(),
  /** What was done, in words. */
  outcome: z.string(),
  /** When it ends by itself. */
  until: Time.optional(),
});
export type ActionResult = z.infer<typeof ActionResult>;

/** A misspelt field must not turn an hour into the default. */
const nothing = z.strictObject({});

export const actionRoutes = {
  debugLogging: {
    method: 'POST',
    path: '/actions/debug-logging',
    summary: 'Log in detail, for a limited time',
    parameters: z.strictObject({ enabled: z.boolean(), ttl: WindowText.default('15m') }),
    body: true,
    secret: 'actions',
    response: ActionResult,
    optional: true,
  },
  collectGarbage: {
    method: 'POST',
    path: '/actions/collect-garbage',
    summary: 'Collect garbage now; at most once a minute',
    parameters: nothing,
    body: true,
    secret: 'actions',
    response: ActionResult,
    optional: true,
  },
  clearCaches: {
    method: 'POST',
    path: '/actions/clear-caches',
    summary: 'Clear the caches that the application registered',
    parameters: nothing,
    body: true,
    secret: 'actions',
    response: ActionResult,
    optional: true,
  },
} as const satisfies Record<string, RouteDefinition>;
