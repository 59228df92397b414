/** All hooks together over time: the lines of a chart. */
import * as z from 'zod';
import { Window } from './performance.js';
import { Time } from './system.js';

const Measured = z.number().nullable();

/** `GET /performance/over-time`: by the minute, hour or day as the window is long. Times in ms; null where nothing ran. */
export const PerformanceOverTime = z.lazy(() =>
  z.object({
    window: Window,
    stepSeconds: z.number(),
    buckets: z.array(
      z.object({
        from: Time,
        executions: z.number(),
        errors: z.number(),
        averageExecutionTime: Measured,
        p95: Measured,
      }),
    ),
  }),
);
export type PerformanceOverTime = z.infer<typeof PerformanceOverTime>;
