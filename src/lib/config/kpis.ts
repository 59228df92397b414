/** The guide's twelve KPIs and disk usage: targets, and the levels of its alerts. */
import * as z from 'zod';
import { Duration } from '../units.js';
import { SelectText } from './text.js';

/** A target, and the levels at which its alerts begin. */
const kpi = (target: number, warning?: number, critical?: number) =>
  z
    .strictObject({
      target: z.number().default(target),
      warning: warning === undefined ? z.number().optional() : z.number().default(warning),
      critical: critical === undefined ? z.number().optional() : z.number().default(critical),
    })
    .prefault({});

const satisfaction = z.lazy(() =>
  z
    .strictObject({
      target: z.number().default(0.95),
      warning: z.number().optional(),
      critical: z.number().optional(),
      /** A request answered within this satisfies, one within four times as long half does (Apdex). */
      apdexThreshold: Duration.prefault('500ms'),
      /** Instead: a SELECT of `value`, 0..1, and of `samples` where that is known. */
      sql: SelectText.optional(),
    })
    .prefault({}),
);

/** The guide's KPIs with the levels of its alerts. Fractions are 0..1. */
export const Kpis = z.lazy(() =>
  z
    .strictObject({
      /** Share of the time in which the application answers. */
      uptime: kpi(0.999),
      /** Milliseconds until an answer. */
      responseTimeMs: kpi(500),
      /** Failed hook runs, as a share of all. */
      errorRate: kpi(0.01, 0.01, 0.05),
      /** Used share of memory. */
      memoryUsage: kpi(0.8, 0.8, 0.9),
      /** Used share of a file system, and of its inodes. */
      diskUsage: kpi(0.85, 0.85, 0.95),
      /** Mean milliseconds of a hook. */
      hookExecutionTimeMs: kpi(100, 500, 2000),
      /** Hook runs that did not fail, as a share of all. */
      hookSuccessRate: kpi(0.99),
      /** Mean seconds of a job. */
      jobProcessingSeconds: kpi(30),
      /** Jobs ready and waiting. */
      queueBacklog: kpi(50, 50),
      /** Share of data that is consistent. */
      dataConsistency: kpi(1),
      /** Share of validations that were right. */
      validationAccuracy: kpi(0.99),
      /** Share of calculated values that are right. */
      calculationCorrectness: kpi(1),
      /** Satisfied users, as a share of all. */
      userSatisfaction: satisfaction,
    })
    .prefault({}),
);
