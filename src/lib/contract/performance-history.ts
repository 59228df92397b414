/** Hooks by the hour: what a comparison of two weeks is made from. */
import * as z from 'zod';
import { HookMetric, Window } from './performance.js';
import { Time } from './system.js';

/** Hours in which a hook did not run are left out. Times in ms. */
export const HookHour = z.lazy(() =>
  z.object({
    from: Time,
    executions: z.number(),
    errors: z.number(),
    p50: z.number(),
    p95: z.number(),
  }),
);
export type HookHour = z.infer<typeof HookHour>;

/** `GET /performance/history`: whole hours, 8 days at most. */
export const PerformanceHistory = z.lazy(() =>
  z.object({
    window: Window,
    hooks: z.array(HookMetric.unwrap().extend({ hours: z.array(HookHour) })),
    /** When processes of the application started. */
    starts: z.array(Time),
  }),
);
export type PerformanceHistory = z.infer<typeof PerformanceHistory>;
