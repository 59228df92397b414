/** All hooks together over time: the lines of a chart. */
import * as z from 'zod';
import { PerformanceReport, Window } from './performance.js';

/** `GET /performance/over-time`: by the minute, hour or day as the window is long. */
export const PerformanceOverTime = z.lazy(() =>
  z.object({ window: Window, stepSeconds: z.number(), buckets: PerformanceReport.unwrap().shape.buckets }),
);
export type PerformanceOverTime = z.infer<typeof PerformanceOverTime>;
