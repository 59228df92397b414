/** Levels of the health checks for which the guide names no number: these are ours, and an operator's to change. */
import * as z from 'zod';
import { Duration } from '../units.js';

export const HealthLevels = z.lazy(() =>
  z
    .strictObject({
      /** What a request waits before the process looks at it: the guide's target for a whole hook, and what people notice. */
      eventLoopLagMs: z
        .strictObject({ warning: z.number().default(100), critical: z.number().default(1000) })
        .prefault({}),
      /** Load average of 5 minutes per processor: at 2 every task waits as long as it runs. */
      loadPerProcessor: z
        .strictObject({ warning: z.number().default(2), critical: z.number().optional() })
        .prefault({}),
      /** Days a TLS certificate is still valid: automatic renewal happens 30 days before the end, so 14 means that it failed. */
      certificateLifetime: z
        .strictObject({ warning: Duration.prefault('14d'), critical: Duration.prefault('3d') })
        .prefault({}),
      /** A restart this recent is worth a note. */
      recentRestart: Duration.prefault('15m'),
    })
    .prefault({}),
);
export type HealthLevels = z.output<typeof HealthLevels>;
