import * as z from 'zod';
import type { Context } from '../context.js';
import { HookPerformance, routes } from '../contract/index.js';
import { conclude, type Outcome } from '../status.js';
import { judgePerformance } from './decide.js';

export const PerformanceSummaryFlags = z.object({
  window: routes.performance.parameters.shape.window.unwrap().default('24h'),
});
export type PerformanceSummaryFlags = z.output<typeof PerformanceSummaryFlags>;

export const PerformanceSummaryResult = z.object({
  window: z.string(),
  /** How long the application took to answer `GET /performance`: the guide's daily measure. Null where another was asked. */
  responseTimeMs: z.number().nullable(),
  performance: HookPerformance,
});
export type PerformanceSummaryResult = z.output<typeof PerformanceSummaryResult>;

/** Asks for the hook performance of a window and judges it. Errors: `VOPS-API-…`. */
export async function performanceSummary(
  { api, config }: Pick<Context, 'api' | 'config'>,
  { window }: PerformanceSummaryFlags,
): Promise<Outcome<PerformanceSummaryResult>> {
  let responseTimeMs: number | null = null;
  const onDuration = (durationMs: number) => {
    responseTimeMs = durationMs;
  };
  const performance = await api('performance', { window }, { onDuration });
  const { kpis } = await config();
  return conclude({ window, responseTimeMs, performance }, judgePerformance({ performance, responseTimeMs }, kpis));
}
